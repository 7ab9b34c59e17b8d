import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimulatedDisk } from '../../common/disk/index.ts';
import { BLOCK_BYTES, physicalLength, SEGMENT_BYTES, type Vote } from '../../common/filesystem/index.ts';
import { ChunkserverFixture, type TestChunkserver } from '../test-chunkservers.ts';

let fixture: ChunkserverFixture;
let a: TestChunkserver;
let b: TestChunkserver;
let c: TestChunkserver;
/** Takes connections and says nothing: a process that was stopped, or a cable that was pulled. */
let stalled: Server;

const QUICK = { stallTimeout: 400, finishTimeout: 800 };
/** Nobody listens there. */
const DEAD = { node: 'dead', address: '127.0.0.1:9' };

beforeAll(async () => {
  fixture = await ChunkserverFixture.start();
  [a, b, c] = await Promise.all([
    fixture.chunkserver('a', { config: QUICK }),
    fixture.chunkserver('b', { config: QUICK }),
    fixture.chunkserver('c', { config: QUICK }),
  ]);
  stalled = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => stalled.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  stalled.close();
});

function outcomes(votes: Vote[]): [string, string | boolean][] {
  return votes.map((vote) => [vote.node, vote.ok ? vote.durable : vote.code]);
}

async function readsBack(server: TestChunkserver, chunk: string, bytes: Buffer): Promise<boolean> {
  return (await fixture.get(server, chunk, { length: bytes.length })).equals(bytes);
}

describe('a replica that fails', () => {
  test('in the middle of the chain is cut out, and the one behind it still gets everything', async () => {
    const chunk = fixture.newId();
    const bytes = randomBytes(SEGMENT_BYTES + 100);
    await fixture.put([a, DEAD, c], chunk, 0, bytes.subarray(0, SEGMENT_BYTES));
    const votes = await fixture.put([a, DEAD, c], chunk, SEGMENT_BYTES, bytes.subarray(SEGMENT_BYTES), {
      isLast: true,
    });
    expect(outcomes(votes)).toEqual([
      ['a', true],
      ['dead', 'unavailable'],
      ['c', true],
    ]);
    expect(await readsBack(c, chunk, bytes)).toBe(true);
  });

  test('by standing still is cut out after a deadline, once per chunk', async () => {
    const stuck = { node: 'stuck', address: `127.0.0.1:${(stalled.address() as AddressInfo).port}` };
    const chunk = fixture.newId();
    const bytes = randomBytes(2 * SEGMENT_BYTES);
    const first = await fixture.put([a, stuck, c], chunk, 0, bytes.subarray(0, SEGMENT_BYTES));
    expect(first.map(({ ok }) => ok)).toEqual([true, false, true]);
    const started = performance.now();
    const votes = await fixture.put([a, stuck, c], chunk, SEGMENT_BYTES, bytes.subarray(SEGMENT_BYTES), {
      isLast: true,
    });
    expect(performance.now() - started).toBeLessThan(QUICK.stallTimeout);
    expect(votes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(await readsBack(c, chunk, bytes)).toBe(true);
  });

  test('at the end leaves two durable votes', async () => {
    const votes = await fixture.put([a, b, DEAD], fixture.newId(), 0, randomBytes(1000), { isLast: true });
    expect(outcomes(votes)).toEqual([
      ['a', true],
      ['b', true],
      ['dead', 'unavailable'],
    ]);
  });

  test('everywhere else leaves our own vote', async () => {
    const votes = await fixture.put([a, DEAD, { ...DEAD, node: 'dead-too' }], fixture.newId(), 0, randomBytes(9), {
      isLast: true,
    });
    expect(votes.map(({ ok }) => ok)).toEqual([true, false, false]);
  });

  test('to have earlier segments gets them from the one before it', async () => {
    const chunk = fixture.newId();
    const bytes = randomBytes(2 * SEGMENT_BYTES + 5);
    await fixture.put([a], chunk, 0, bytes.subarray(0, SEGMENT_BYTES));
    await fixture.put([a], chunk, SEGMENT_BYTES, bytes.subarray(SEGMENT_BYTES, 2 * SEGMENT_BYTES));
    const votes = await fixture.put([a, b], chunk, 2 * SEGMENT_BYTES, bytes.subarray(2 * SEGMENT_BYTES), {
      isLast: true,
    });
    expect(outcomes(votes)).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(await readsBack(b, chunk, bytes)).toBe(true);
  });
});

describe('segments', () => {
  test('may come in any order, and again', async () => {
    const chunk = fixture.newId();
    const bytes = randomBytes(2 * BLOCK_BYTES + 77);
    const second = bytes.subarray(BLOCK_BYTES, 2 * BLOCK_BYTES);
    expect((await fixture.put([a], chunk, BLOCK_BYTES, second))[0]).toMatchObject({ ok: true, length: 0 });
    await fixture.put([a], chunk, 0, bytes.subarray(0, BLOCK_BYTES));
    await fixture.put([a], chunk, BLOCK_BYTES, second);
    const last = () => fixture.put([a], chunk, 2 * BLOCK_BYTES, bytes.subarray(2 * BLOCK_BYTES), { isLast: true });
    const votes = [...(await last()), ...(await last())];
    expect(votes.map((vote) => vote.ok && vote.length)).toEqual(Array(2).fill(physicalLength(bytes.length)));
    expect(await readsBack(a, chunk, bytes)).toBe(true);
  });

  test('with a hole before the last one are not whole', async () => {
    const votes = await fixture.put([a], fixture.newId(), BLOCK_BYTES, randomBytes(10), { isLast: true });
    expect(outcomes(votes)).toEqual([['a', 'gap']]);
  });

  test('of another version are refused', async () => {
    const chunk = fixture.newId();
    await fixture.put([a], chunk, 0, randomBytes(BLOCK_BYTES));
    await expect(
      fixture.put([a], chunk, BLOCK_BYTES, randomBytes(9), { version: 2, isLast: true }),
    ).rejects.toMatchObject({
      code: 'version-mismatch',
    });
  });

  test('on a full disk are answered with insufficient storage, and nothing is left', async () => {
    const full = await fixture.chunkserver('full', { disk: new SimulatedDisk({ capacityBytes: 1000 }) });
    const votes = await fixture.put([full, a], fixture.newId(), 0, randomBytes(5000), { isLast: true });
    expect(outcomes(votes)).toEqual([
      ['full', 'insufficient-storage'],
      ['a', true],
    ]);
    await expect(fixture.put([full], fixture.newId(), 0, randomBytes(9), { isLast: true })).rejects.toMatchObject({
      status: 507,
    });
  });
});

describe('appends', () => {
  test('after a lost secondary the chunk is closed', async () => {
    const chunk = fixture.newId();
    const { votes, offsets } = await fixture.append([a, b, DEAD], chunk, [randomBytes(10)]);
    expect(outcomes(votes)).toEqual([
      ['a', true],
      ['b', true],
      ['dead', 'unavailable'],
    ]);
    expect(offsets).toEqual([0]);
    await expect(fixture.append([a, b, c], chunk, [randomBytes(10)])).rejects.toMatchObject({ code: 'chunk-closed' });
  });

  test('a secondary that lacks what came before refuses, and the chunk is closed', async () => {
    const chunk = fixture.newId();
    await fixture.append([a], chunk, [randomBytes(10)]);
    const { votes } = await fixture.append([a, b], chunk, [randomBytes(10)]);
    expect(outcomes(votes)).toEqual([
      ['a', true],
      ['b', 'gap'],
    ]);
    await expect(fixture.append([a], chunk, [randomBytes(10)])).rejects.toMatchObject({ code: 'chunk-closed' });
  });

  test('are refused without a lease and with another version', async () => {
    const chunk = fixture.newId();
    const expired = fixture.append([a], chunk, [randomBytes(10)], { leaseUntilMs: Date.now() - 1 });
    await expect(expired).rejects.toMatchObject({ status: 409, code: 'lease-expired' });
    await fixture.append([a], chunk, [randomBytes(10)]);
    const other = fixture.append([a], chunk, [randomBytes(10)], { version: 2 });
    await expect(other).rejects.toMatchObject({ status: 409, code: 'version-mismatch' });
  });

  test('to a chunk from before a restart are refused, and its records stay readable', async () => {
    const before = await fixture.chunkserver('restarting');
    const chunk = fixture.newId();
    const record = randomBytes(100_000);
    await fixture.append([before], chunk, [record]);
    await before[Symbol.asyncDispose]();
    const after = await fixture.chunkserver('restarting');
    await expect(fixture.append([after], chunk, [record])).rejects.toMatchObject({ code: 'chunk-closed' });
    expect(await readsBack(after, chunk, record)).toBe(true);
  });
});
