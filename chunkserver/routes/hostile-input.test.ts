import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  APPEND_BODY_BYTES,
  APPEND_PATH,
  BLOCK_BYTES,
  CHUNK_HEADERS,
  encodeAppendBody,
  physicalLength,
  REPLICATE_PATH,
  SEGMENT_BYTES,
} from '../../common/filesystem/index.ts';
import { ChunkserverFixture, eventually, type TestChunkserver } from '../test-chunkservers.ts';

let fixture: ChunkserverFixture;
let server: TestChunkserver;
const BODY = randomBytes(100);

beforeAll(async () => {
  fixture = await ChunkserverFixture.start();
  server = await fixture.chunkserver('a');
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

async function send(method: 'PUT' | 'GET', path: string, headers: Record<string, string> = {}, body?: Buffer) {
  const target = { address: server.address, role: 'chunkserver' } as const;
  const usual = body ? { [CHUNK_HEADERS.checksum]: '00000000' } : {};
  const response = await fixture.client.request(target, {
    method,
    path,
    headers: { ...usual, ...headers },
    ...(body && { body }),
  });
  await response.body.dump();
  return response.statusCode;
}

describe('hostile input', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';

  test.each([
    ['an id that climbs', 'GET', '/chunks/..%2f..%2fetc%2fpasswd?offset=0&length=1&from=0&to=1'],
    ['an id that is none', 'GET', '/chunks/x?offset=0&length=1&from=0&to=1'],
    ['an id with NUL', 'GET', `/chunks/${id}%00?offset=0&length=1&from=0&to=1`],
    ['a negative offset', 'GET', `/chunks/${id}?offset=-1&length=1&from=0&to=1`],
    ['a fraction', 'GET', `/chunks/${id}?offset=0&length=1.5&from=0&to=1`],
    ['a number beyond all', 'GET', `/chunks/${id}?offset=0&length=99999999999999999999&from=0&to=1`],
    ['a range that ends before it begins', 'GET', `/chunks/${id}?offset=0&length=10&from=5&to=5`],
    ['a range beyond the record', 'GET', `/chunks/${id}?offset=0&length=10&from=0&to=11`],
    ['no numbers', 'GET', `/chunks/${id}`],
    ['an offset within a block', 'PUT', `/chunks/${id}?version=1&offset=1`],
    ['an offset beyond the chunk', 'PUT', `/chunks/${id}?version=1&offset=${2 ** 30}`],
    ['version 0', 'PUT', `/chunks/${id}?version=0&offset=0`],
    ['a short segment that is not the last', 'PUT', `/chunks/${id}?version=1&offset=0`],
  ] as const)('%s is refused with 400', async (_what, method, path) => {
    await expect(send(method, path, {}, method === 'GET' ? undefined : BODY)).rejects.toMatchObject({ status: 400 });
    expect(server.store.size).toBe(0);
  });

  test.each(['nonsense', 'b@host', '@host:1', 'b@host:1,', 'B@host:1', Array(9).fill('b@h:1').join(',')])(
    'the chain %j is refused',
    async (chain) => {
      const sent = send(
        'PUT',
        `/chunks/${id}?version=1&offset=0`,
        { [CHUNK_HEADERS.chain]: chain, [CHUNK_HEADERS.finish]: '1' },
        BODY,
      );
      await expect(sent).rejects.toMatchObject({ status: 400 });
    },
  );

  test('a segment that is too large is refused before it is read', async () => {
    const path = `/chunks/${id}?version=1&offset=0`;
    const sent = send('PUT', path, {}, Buffer.alloc(SEGMENT_BYTES + BLOCK_BYTES));
    await expect(sent).rejects.toMatchObject({ status: 413 });
  });

  test('a body that is not what its checksum says is refused and not whole anywhere', async () => {
    const chunk = fixture.newId();
    const sent = fixture.put([server], chunk, 0, BODY, { isLast: true, checksum: 1 });
    await expect(sent).rejects.toMatchObject({ status: 400, code: 'checksum-mismatch' });
    expect(server.store.find(chunk)?.length).toBe(0);
  });

  describe('an append', () => {
    const call = { chunk: id, version: 1, leaseUntilMs: Date.now() + 60_000, chain: [] };
    const append = (input: unknown, body: Uint8Array[]) =>
      fixture.client.call({ address: server.address, role: 'chunkserver' }, APPEND_PATH, input, { body });

    test.each<[what: string, change: object]>([
      ['without a lease', { leaseUntilMs: undefined }],
      ['to an id that is none', { chunk: 'x' }],
      ['of version 0', { version: 0 }],
      ['with a chain that leads nowhere', { chain: [{ node: 'b', address: 'host' }] }],
      ['with a chain through a name that is none', { chain: [{ node: 'B', address: 'host:1' }] }],
      ['with a chain without end', { chain: Array(9).fill({ node: 'b', address: 'h:1' }) }],
    ])('%s is refused', async (_what, change) => {
      const sent = append({ ...call, ...change }, encodeAppendBody([BODY]));
      await expect(sent).rejects.toMatchObject({ status: 400 });
      expect(server.store.find(id)).toBeUndefined();
    });

    test('with broken framing or a wrong checksum is refused', async () => {
      await expect(append(call, [BODY])).rejects.toMatchObject({ status: 400, code: 'append-framing' });
      const wrong = encodeAppendBody([{ payload: BODY, crc32c: 1 }]);
      await expect(append(call, wrong)).rejects.toMatchObject({ status: 400, code: 'checksum-mismatch' });
      expect(server.store.find(id)).toBeUndefined();
    });

    test('that is too large is refused', async () => {
      const sent = append(call, [Buffer.alloc(APPEND_BODY_BYTES + 1)]);
      await expect(sent).rejects.toMatchObject({ status: 413 });
    });

    test('is for gateways, and what replicas tell each other is for chunkservers', async () => {
      const target = { address: server.address, role: 'chunkserver' as const };
      const chunkserver = await fixture.clientOf('chunkserver');
      const body = encodeAppendBody([BODY]);
      const appended = chunkserver.call(target, APPEND_PATH, call, { body });
      await expect(appended).rejects.toMatchObject({ status: 403, code: 'role-not-allowed' });
      const replicated = fixture.client.call(target, REPLICATE_PATH, { ...call, offset: 0 }, { body });
      await expect(replicated).rejects.toMatchObject({ status: 403, code: 'role-not-allowed' });
    });
  });

  test('a body that breaks off leaves nothing whole, and the server goes on', async () => {
    const chunk = fixture.newId();
    const identity = await fixture.authority.issue({ bramble: 'test', node: 'g', role: 'gateway' });
    const [host, port] = server.address.split(':');
    const socket = connect({
      key: identity.material.keyPem,
      cert: identity.material.certificatePem,
      ca: identity.material.authorityPem,
      host,
      port: Number(port),
      checkServerIdentity: () => undefined,
    });
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
    socket.write(
      `PUT /chunks/${chunk}?version=1&offset=0 HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n` +
        `${CHUNK_HEADERS.checksum}: 00000000\r\n${CHUNK_HEADERS.finish}: 1\r\n\r\nhalf`,
    );
    await eventually(() => server.store.find(chunk)?.writers === 1);
    socket.destroy();
    await eventually(() => server.store.find(chunk)?.writers === 0);
    expect(server.store.find(chunk)?.length).toBe(0);
    expect((await fixture.put([server], chunk, 0, BODY, { isLast: true }))[0]?.ok).toBe(true);
  });

  test('other roles may not write', async () => {
    const control = await fixture.clientOf('control');
    const target = { address: server.address, role: 'chunkserver' } as const;
    const sent = control.request(target, { method: 'PUT', path: `/chunks/${id}?version=1&offset=0`, body: BODY });
    await expect(sent).rejects.toMatchObject({ status: 403, code: 'role-not-allowed' });
  });
});

describe('reads', () => {
  test('of what is not there, and of more than is there, say so', async () => {
    await expect(fixture.get(server, fixture.newId(), { length: 1 })).rejects.toMatchObject({
      status: 404,
      code: 'chunk-missing',
    });
    const chunk = fixture.newId();
    await fixture.put([server], chunk, 0, BODY, { isLast: true });
    await expect(fixture.get(server, chunk, { length: BODY.length + 1 })).rejects.toMatchObject({
      status: 416,
      code: 'short-replica',
    });
  });

  test('of a damaged block are refused, counted and told to control', async () => {
    const chunk = fixture.newId();
    const bytes = randomBytes(40 * BLOCK_BYTES);
    await fixture.put([server], chunk, 0, bytes, { isLast: true });
    const damaged = physicalLength(30 * BLOCK_BYTES) + 100;
    await flipByte(join(server.folder, 'chunks', 'sealed', chunk.slice(-2), `${chunk}.1.own`), damaged);
    const healthy = await fixture.get(server, chunk, { length: bytes.length, from: 0, to: 30 * BLOCK_BYTES });
    expect(healthy.equals(bytes.subarray(0, 30 * BLOCK_BYTES))).toBe(true);
    const first = fixture.get(server, chunk, {
      length: bytes.length,
      from: 30 * BLOCK_BYTES,
      to: 30 * BLOCK_BYTES + 1,
    });
    await expect(first).rejects.toMatchObject({ status: 502, code: 'checksum-mismatch' });
    await expect(fixture.get(server, chunk, { length: bytes.length })).rejects.toThrow();
    await eventually(() =>
      fixture.control.heard.some(({ request }) => request.faults.some((fault) => fault.chunk === chunk)),
    );
    const metrics = await fixture.client.request(
      { address: server.address, role: 'chunkserver' },
      { method: 'GET', path: '/metrics' },
    );
    expect(await metrics.body.text()).toMatch(/bramble_chunkserver_faults_total\S* 2/);
  });
});

async function flipByte(path: string, position: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  await file.write(byte, 0, 1, position);
}
