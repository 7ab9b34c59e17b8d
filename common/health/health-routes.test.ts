import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Counter, createMetrics } from '../metrics/index.ts';
import { answerHealth, Readiness } from './index.ts';

const readiness = new Readiness();
const metrics = createMetrics('test');
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (!(await answerHealth(request, response, readiness, metrics))) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a process is alive before it is ready, and says what it waits for until then', async () => {
  readiness.waitFor('log', 'entries are being replayed');
  readiness.waitFor('chunkservers', 'none has reported');
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'alive' });
  readiness.fulfil('chunkservers');
  const waiting = await fetch(`${url}/ready`);
  expect(waiting.status).toBe(503);
  expect(await waiting.json()).toEqual({ status: 'starting', waitingFor: { log: 'entries are being replayed' } });
  readiness.fulfil('log');
  const ready = await fetch(`${url}/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
});

test('metrics are those of the process and of Node, as Prometheus reads them', async () => {
  new Counter({ name: 'bramble_test_total', help: 'Of this test', registers: [metrics] }).inc(3);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  const text = await answer.text();
  expect(text).toContain('bramble_test_total{process="test"} 3');
  expect(text).toMatch(/^process_resident_memory_bytes\{process="test"\} \d+/m);
});

test('whatever else is asked is left to others', async () => {
  expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(418);
  expect((await fetch(`${url}/healthy`)).status).toBe(418);
});
