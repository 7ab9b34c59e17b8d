import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BATCHED_READ_BYTES,
  BLOCK_BYTES,
  physicalLength,
  READ_PATH,
  READ_RECORDS,
  type ReadAnswer,
  type ReadCall,
} from '../../common/filesystem/index.ts';
import { ChunkserverFixture, eventually, type TestChunkserver } from '../test-chunkservers.ts';

let fixture: ChunkserverFixture;
let server: TestChunkserver;

beforeAll(async () => {
  fixture = await ChunkserverFixture.start();
  server = await fixture.chunkserver('a');
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

async function read(records: unknown, client = fixture.client): Promise<ReadAnswer> {
  const target = { address: server.address, role: 'chunkserver' } as const;
  return (await client.call(target, READ_PATH, { records } as ReadCall)) as ReadAnswer;
}

describe('a call for many records', () => {
  test('is answered with each of them, whatever its size, in order', async () => {
    const chunk = fixture.newId();
    const records = [1, 4096, BLOCK_BYTES, BLOCK_BYTES + 1, BATCHED_READ_BYTES].map((size) => randomBytes(size));
    const { offsets } = await fixture.append([server], chunk, records);
    const wanted = records.map(({ length }, index) => ({ chunk, offset: offsets[index] ?? -1, length })).reverse();
    const answer = await read(wanted);
    expect(answer.map((payload, index) => records.at(-1 - index)?.equals(payload as Uint8Array))).toEqual(
      records.map(() => true),
    );
  });

  test('says of each what is wrong with it, and gives the others', async () => {
    const [sound, damaged] = [fixture.newId(), fixture.newId()];
    const bytes = randomBytes(BLOCK_BYTES + 100);
    await fixture.put([server], sound, 0, bytes, { isLast: true });
    await fixture.put([server], damaged, 0, bytes, { isLast: true });
    await flipByte(join(server.folder, 'chunks', 'sealed', damaged.slice(-2), `${damaged}.1.own`), BLOCK_BYTES + 60);
    const { length } = bytes;
    const answer = await read([
      { chunk: damaged, offset: 0, length },
      { chunk: fixture.newId(), offset: 0, length },
      { chunk: sound, offset: 0, length },
      { chunk: sound, offset: 0, length: length + 1 },
      { chunk: sound, offset: physicalLength(length), length },
    ]);
    const codeOf = (each: ReadAnswer[number]) =>
      each instanceof Uint8Array ? bytes.equals(each) : each.type.split(':').at(-1);
    expect(answer.map(codeOf)).toEqual(['checksum-mismatch', 'chunk-missing', true, 'short-replica', 'short-replica']);
    await eventually(() =>
      fixture.control.heard.some(({ request }) => request.faults.some((fault) => fault.chunk === damaged)),
    );
  });

  test.each<[what: string, records: (one: ReadCall['records'][number]) => unknown]>([
    ['no records', () => []],
    ['too many records', (one) => Array(READ_RECORDS + 1).fill(one)],
    ['too many bytes', (one) => Array(5).fill({ ...one, length: BATCHED_READ_BYTES })],
    ['a record that is too long', (one) => [{ ...one, length: BATCHED_READ_BYTES + 1 }]],
    ['an id that climbs', (one) => [{ ...one, chunk: '../../etc/passwd' }]],
    ['a negative offset', (one) => [{ ...one, offset: -1 }]],
  ])('with %s is refused', async (_what, records) => {
    const one = { chunk: fixture.newId(), offset: 0, length: 1 };
    await expect(read(records(one))).rejects.toMatchObject({ status: 400 });
  });

  test('is for gateways', async () => {
    const other = await fixture.clientOf('chunkserver');
    const one = { chunk: fixture.newId(), offset: 0, length: 1 };
    await expect(read([one], other)).rejects.toMatchObject({ status: 403, code: 'role-not-allowed' });
  });
});

async function flipByte(path: string, position: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  await file.write(byte, 0, 1, position);
}
