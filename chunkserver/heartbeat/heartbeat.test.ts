import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedDisk } from '../../common/disk/index.ts';
import { type HeartbeatAnswer, physicalLength } from '../../common/filesystem/index.ts';
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
beforeEach(() => {
  fixture.control.answer = () => ({});
});

function lastHeard(node = 'a') {
  return fixture.control.heard.filter((heard) => heard.node === node).at(-1)?.request;
}

/** Answers one heartbeat with this, and those before and behind it as usual. */
function answerOnce(answer: Partial<HeartbeatAnswer>): void {
  let isGiven = false;
  fixture.control.answer = () => {
    if (isGiven) return {};
    isGiven = true;
    return answer;
  };
}

describe('heartbeats', () => {
  test('begin with a full report and go on with what changed', async () => {
    await eventually(() => lastHeard()?.report.full === false);
    const first = fixture.control.heard.find(({ node }) => node === 'a')?.request;
    expect(first).toMatchObject({
      address: server.address,
      masterEpoch: 0,
      condition: 'writable',
      report: { full: true },
    });
    const chunk = fixture.newId();
    await fixture.put([server], chunk, 0, randomBytes(10), { isLast: true });
    await eventually(() =>
      fixture.control.heard.some(({ request }) =>
        request.report.chunks.some((report) => report.chunk === chunk && report.state === 'sealed'),
      ),
    );
    await eventually(() => lastHeard()?.report.chunks.length === 0);
  });

  test('report everything again when the master changed', async () => {
    const heardBefore = fixture.control.heard.length;
    fixture.control.answer = () => ({ masterEpoch: 2 });
    await eventually(() =>
      fixture.control.heard
        .slice(heardBefore)
        .some(
          ({ request }) =>
            request.report.full && request.masterEpoch === 2 && request.report.chunks.length === server.store.size,
        ),
    );
    await eventually(() => lastHeard()?.report.full === false);
    fixture.control.answer = () => ({});
    await eventually(() => lastHeard()?.masterEpoch === 1);
  });

  test('carry out seals and confirm them', async () => {
    const chunk = fixture.newId();
    await fixture.append([server], chunk, [randomBytes(10)]);
    await fixture.append([server], chunk, [randomBytes(20)]);
    answerOnce({ seals: [{ chunk, version: 2, length: physicalLength(10) }] });
    await eventually(() => server.store.find(chunk)?.state === 'sealed');
    expect(server.store.find(chunk)?.report).toEqual({
      chunk,
      version: 2,
      length: physicalLength(10),
      state: 'sealed',
    });
    await expect(fixture.append([server], chunk, [randomBytes(10)])).rejects.toMatchObject({
      code: 'version-mismatch',
    });
  });

  test('carry out deletions and confirm them', async () => {
    const chunk = fixture.newId();
    await fixture.put([server], chunk, 0, randomBytes(10), { isLast: true });
    answerOnce({ pendingDeletes: [chunk] });
    await eventually(() => fixture.control.heard.some(({ request }) => request.report.removed.includes(chunk)));
    expect(server.store.find(chunk)).toBeUndefined();
  });

  test('say that the disk is full, and that it is not any more', async () => {
    const disk = new SimulatedDisk({ capacityBytes: 100_000 });
    await fixture.chunkserver('small', { disk, config: { reserveBytes: 200_000 } });
    await eventually(() => lastHeard('small')?.condition === 'full');
    expect(lastHeard('small')?.conditionDetail).toContain('reserve');
    disk.capacityBytes = 1_000_000;
    await eventually(() => lastHeard('small')?.condition === 'writable');
  });

  test('that are not answered keep what they had to tell', async () => {
    const chunk = fixture.newId();
    let refused = 0;
    fixture.control.answer = (request) => {
      if (!request.report.chunks.some((report) => report.chunk === chunk) || refused >= 2) return {};
      refused += 1;
      throw new Error('control is not well');
    };
    await fixture.put([server], chunk, 0, randomBytes(10), { isLast: true });
    const told = () =>
      fixture.control.heard.filter(({ request }) => request.report.chunks.some((report) => report.chunk === chunk));
    await eventually(() => told().length >= 3);
    expect(refused).toBe(2);
  });
});

test('a chunkserver stops within 1.5 s, also when control is away', async () => {
  const lonely = await fixture.chunkserver('lonely', { config: { controlAddress: '127.0.0.1:9' } });
  const chunk = fixture.newId();
  expect((await fixture.put([lonely], chunk, 0, randomBytes(10), { isLast: true }))[0]?.ok).toBe(true);
  const started = performance.now();
  await lonely[Symbol.asyncDispose]();
  expect(performance.now() - started).toBeLessThan(1_500);
});
