import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TestGateway } from './test-gateway.ts';

const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, continuation: 9 } as const;
/** Of a flood; whoever is not cut off by then was let through. */
const MOST_FRAMES = 200_000;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** RFC 9113 §4.1. */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** `GET /api/x` in HPACK: entries of the static table, and literals (RFC 7541 §6). */
const GET = Buffer.concat([Buffer.from([0x82, 0x87]), literal(4, '/api/x'), literal(1, 'localhost')]);

function literal(index: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([index, value.length]), Buffer.from(value)]);
}

describe('one HTTP/2 connection cannot keep the gateway busy:', () => {
  let server: TestGateway;
  beforeAll(async () => {
    server = await TestGateway.start({ control: () => new Promise(() => {}) });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each<[string, (turn: number) => Buffer]>([
    [
      'opening and resetting streams',
      (turn) => {
        const stream = 2 * turn + 1;
        const reset = frame(TYPE.reset, 0, stream, Buffer.from([0, 0, 0, 8]));
        return Buffer.concat([frame(TYPE.headers, END_HEADERS | END_STREAM, stream, GET), reset]);
      },
    ],
    ['opening more streams than allowed', (turn) => frame(TYPE.headers, END_HEADERS | END_STREAM, 2 * turn + 1, GET)],
    ['settings', () => frame(TYPE.settings, 0, 0, Buffer.from([0, 4, 0, 0, 255, 255]))],
    ['pings', () => frame(TYPE.ping, 0, 0, Buffer.alloc(8))],
    [
      'headers that go on and on',
      (turn) =>
        turn === 0
          ? frame(TYPE.headers, 0, 1, GET)
          : frame(TYPE.continuation, 0, 1, Buffer.concat([Buffer.from([0, 1, 120, 127, 0]), Buffer.alloc(127, 97)])),
    ],
  ])('%s ends it', async (_name, flood) => {
    const socket = await server.connect('h2');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => socket.destroy());
    socket.resume();
    socket.write(Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0)]));
    let turn = 0;
    const send = () => {
      if (socket.destroyed || turn >= MOST_FRAMES) return;
      socket.write(Buffer.concat(Array.from({ length: 100 }, () => flood(turn++))));
      setImmediate(send);
    };
    send();
    await closed;
    expect(turn).toBeLessThan(MOST_FRAMES);
    await vi.waitFor(() => expect(server.gateway.openRequests).toBe(0));
  });
});
