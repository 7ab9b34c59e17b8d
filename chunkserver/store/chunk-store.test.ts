import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../common/clock/index.ts';
import { type Disk, nodeDisk, SimulatedDisk } from '../../common/disk/index.ts';
import { BLOCK_BYTES, physicalLength } from '../../common/filesystem/index.ts';
import { systemRandom, uuidV7 } from '../../common/ids/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { RecordBlocks } from '../format/record-blocks.ts';
import type { Chunk } from './chunk.ts';
import { ChunkReader } from './chunk-reader.ts';
import { ChunkStore } from './chunk-store.ts';
import { DiskCondition } from './disk-condition.ts';
import { ReadBuffers } from './read-buffers.ts';

const logger = createLogger({ process: 'test', level: 'silent' });

async function openStore(disk: Disk, folder = '/data'): Promise<ChunkStore> {
  const condition = new DiskCondition({ disk, folder, reserveBytes: 0, onChange: () => undefined });
  return await ChunkStore.open({ disk, dataFolder: folder, condition, openFiles: 8, logger });
}

function newId(): string {
  return uuidV7(systemClock, systemRandom);
}

function blocksOf(chunk: Chunk, position: number, payload: Uint8Array): RecordBlocks {
  const blocks = new RecordBlocks(chunk.headers, position);
  blocks.push(payload);
  blocks.endRecord();
  return blocks;
}

/** Appends durably, as the queue of appends does. */
async function append(store: ChunkStore, chunk: Chunk, payload: Uint8Array): Promise<void> {
  const blocks = blocksOf(chunk, chunk.length, payload);
  await store.write(chunk, blocks.vector, chunk.length);
  await store.sync(chunk);
  store.extend(chunk, blocks.end);
}

async function writeOwn(store: ChunkStore, id: string, payload: Uint8Array): Promise<Chunk> {
  const chunk = await store.findOrCreate(id, 1, 'own');
  await store.write(chunk, blocksOf(chunk, 0, payload).vector, 0);
  store.extend(chunk, physicalLength(payload.length));
  return chunk;
}

async function readBack(store: ChunkStore, id: string, offset: number, length: number): Promise<Buffer> {
  const reader = new ChunkReader(store, new ReadBuffers(2), () => undefined);
  return await reader.readAll(store.require(id), { offset, length, from: 0, to: length });
}

describe('on a real disk', () => {
  test('sealed and open chunks are found again after a restart, and open ones take no more writes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chunk-store-'));
    try {
      const [own, shared] = [newId(), newId()];
      const payload = randomBytes(BLOCK_BYTES * 2 + 5);
      {
        await using store = await openStore(nodeDisk, folder);
        await store.complete(await writeOwn(store, own, payload));
        await append(store, await store.findOrCreate(shared, 1, 'shared'), payload.subarray(0, 700));
      }
      await using store = await openStore(nodeDisk, folder);
      expect(store.reports().sort((a, b) => a.length - b.length)).toEqual([
        { chunk: shared, version: 1, length: physicalLength(700), state: 'open' },
        { chunk: own, version: 1, length: physicalLength(payload.length), state: 'sealed' },
      ]);
      expect(store.require(shared).closed).toContain('restarted');
      expect((await readBack(store, own, 0, payload.length)).equals(payload)).toBe(true);
      expect((await readBack(store, shared, 0, 700)).equals(payload.subarray(0, 700))).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a removed chunk is gone from the disk and is confirmed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chunk-store-'));
    try {
      await using store = await openStore(nodeDisk, folder);
      const id = newId();
      const chunk = await writeOwn(store, id, randomBytes(10));
      chunk.writers = 1;
      expect(await store.remove(id)).toBe(false);
      chunk.writers = 0;
      expect(await store.remove(id)).toBe(true);
      expect(store.changes.take().changes).toEqual({ chunks: [], removed: [id] });
      await using again = await openStore(nodeDisk, folder);
      expect(again.reports()).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('after a power cut', () => {
  test('nothing that was durable is lost, and whatever else is left is whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 0, max: 160 }),
        fc.constantFrom('lost' as const, 'torn' as const),
        async (seed, operations, cut) => {
          const disk = new SimulatedDisk({ seed });
          const store = await openStore(disk);
          const durable: { id: string; offset: number; payload: Buffer }[] = [];
          disk.losePowerAfter(operations);
          const shared = newId();
          await expect(workUntilPowerIsLost(store, shared, durable)).rejects.toMatchObject({ code: 'EIO' });
          const after = disk.cutPower(cut);
          await using reopened = await openStore(after);
          for (const { id, offset, payload } of durable) {
            expect((await readBack(reopened, id, offset, payload.length)).equals(payload)).toBe(true);
          }
          for (const report of reopened.reports()) {
            const size = (await (await openFile(reopened, report.chunk)).size()) ?? 0;
            expect(report.length).toBe(size);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a seal that was carried out stays, with its version and length', async () => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    const id = newId();
    const chunk = await store.findOrCreate(id, 1, 'shared');
    await append(store, chunk, randomBytes(100));
    const agreed = chunk.length;
    await append(store, chunk, randomBytes(100));
    await store.seal(id, 2, agreed);
    await store.seal(id, 2, agreed);
    const reopened = await openStore(disk.cutPower('lost'));
    expect(reopened.reports()).toEqual([{ chunk: id, version: 2, length: agreed, state: 'sealed' }]);
  });
});

describe('a disk that fails', () => {
  test('after a failed sync a chunk is never called durable, even if later syncs succeed', async () => {
    const disk = new SimulatedDisk();
    const store = await openStore(disk);
    const id = newId();
    const chunk = await writeOwn(store, id, randomBytes(100));
    disk.failSyncs('EIO');
    await expect(store.complete(chunk)).rejects.toMatchObject({ code: 'EIO' });
    disk.failSyncs(undefined);
    await expect(store.complete(chunk)).rejects.toMatchObject({ code: 'chunk-closed' });
    await expect(store.seal(id, 2, 116)).rejects.toMatchObject({ code: 'chunk-closed' });
    expect(store.condition.condition).toBe('failing');
    await store.condition.refresh();
    expect(store.condition.condition).toBe('writable');
  });

  test('a full disk refuses new chunks, reads and removals go on, and it recovers by itself', async () => {
    const disk = new SimulatedDisk({ capacityBytes: 3000 });
    const store = await openStore(disk);
    const [first, second] = [newId(), newId()];
    await store.complete(await writeOwn(store, first, randomBytes(2000)));
    const chunk = await store.findOrCreate(second, 1, 'own');
    const blocks = blocksOf(chunk, 0, randomBytes(2000));
    await expect(store.write(chunk, blocks.vector, 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(store.findOrCreate(newId(), 1, 'own')).rejects.toMatchObject({ status: 507 });
    expect((await readBack(store, first, 0, 2000)).length).toBe(2000);
    expect(await store.remove(second)).toBe(true);
    await store.condition.refresh();
    expect((await store.findOrCreate(newId(), 1, 'own')).length).toBe(0);
  });
});

async function workUntilPowerIsLost(
  store: ChunkStore,
  shared: string,
  durable: { id: string; offset: number; payload: Buffer }[],
): Promise<never> {
  const chunk = await store.findOrCreate(shared, 1, 'shared').catch(asDiskFailure);
  for (;;) {
    const small = randomBytes(1 + (durable.length % 7) * 997);
    const offset = chunk.length;
    await append(store, chunk, small);
    durable.push({ id: shared, offset, payload: small });
    const id = newId();
    const large = randomBytes(BLOCK_BYTES + 100);
    await store.complete(await writeOwn(store, id, large).catch(asDiskFailure));
    durable.push({ id, offset: 0, payload: large });
  }
}

/** Creating a chunk answers with the refusal; what stood behind it is the disk's. */
function asDiskFailure(error: unknown): never {
  const { code } = error as { code?: string };
  throw code === 'disk-failing' ? Object.assign(new Error('no power'), { code: 'EIO' }) : error;
}

async function openFile(store: ChunkStore, id: string) {
  const lease = await store.file(store.require(id));
  return lease.file;
}
