import { describe, expect, test } from 'vitest';
import type { ChunkReport, ObjectContent, WrittenChunk } from '../../../common/filesystem/index.ts';
import { SYSTEM } from '../../log/index.ts';
import { asAda, asAnyone, asEve, heartbeatOf, openTestMaster, ownChunk } from '../test-master.ts';
import { knownNodes } from './context.ts';
import type { Master } from './master.ts';

const name = { namespace: 'ada', bucket: 'photos', key: 'a/b.jpg' };
const contentOf = (changes: Partial<ObjectContent>): ObjectContent => ({
  size: 0,
  etag: 'e1',
  contentType: 'text/plain',
  headers: {},
  extents: [],
  ...changes,
});

async function withNodes(config = {}) {
  const test = await openTestMaster({ reportWaitMs: 0, placeWaitMs: 0, lookupWaitMs: 0, ...config });
  for (const node of ['n1', 'n2', 'n3']) await test.master.heartbeat(node, heartbeatOf([]));
  await test.master.context.submit('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' });
  return test;
}

function commit(master: Master, content: ObjectContent, chunks: WrittenChunk[], preconditions = {}) {
  return master.commit({ items: [{ ...asAda, name, content, chunks, preconditions }] });
}

const reportOf = ({ chunk, version, length }: WrittenChunk): ChunkReport => ({
  chunk,
  version,
  length,
  state: 'sealed',
});

describe('the master', () => {
  test('what is placed, written and committed is found with its replicas', async () => {
    await using t = await withNodes();
    const { own } = await t.master.place({ own: 1, shared: false, avoid: [] });
    const [grant] = own;
    expect(new Set(grant?.replicas.map(({ node }) => node))).toEqual(new Set(['n1', 'n2', 'n3']));
    const { extent, written } = ownChunk(100);
    const [committed] = await commit(t.master, contentOf({ size: 100, extents: [extent] }), [written]);
    expect(committed).toMatchObject({ ok: true, value: { etag: 'e1', created: true } });
    const [found] = await t.master.lookup({ items: [{ ...asAda, name }] });
    expect(found?.ok && found.value.replicas[extent.chunk]?.map(({ node }) => node)).toEqual(['n1', 'n2']);
    expect(await t.master.census.count()).toEqual({ chunksShort: 1, chunksMissing: 0, replicasShort: 1 });
  });

  test('a commit with one durable vote is refused and leaves nothing', async () => {
    await using t = await withNodes();
    const { extent, written } = ownChunk(100);
    const [answer] = await commit(t.master, contentOf({ size: 100, extents: [extent] }), [
      { ...written, votes: ['n1', 'n1'] },
    ]);
    expect(answer).toMatchObject({ ok: false, problem: { type: 'urn:bramble:problem:too-few-votes' } });
    expect(t.view.totals().objects).toBe(0);
  });

  test('chunkservers that are started beside control are known at once, and writes wait a moment for them', async () => {
    await using t = await openTestMaster({ reportWaitMs: 3_000, placeWaitMs: 0 }, ['n1', 'n2', 'n3', 'n4']);
    expect(knownNodes(t.master.context)).toEqual(['n1', 'n2', 'n3', 'n4']);
    for (const node of ['n1', 'n2', 'n3']) await t.master.heartbeat(node, heartbeatOf([]));
    let isPlaced = false;
    const placed = t.master.place({ own: 1, shared: false, avoid: [] }).then((answer) => {
      isPlaced = true;
      return answer;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isPlaced).toBe(false);
    await t.master.heartbeat('n4', heartbeatOf([]));
    expect((await placed).own).toHaveLength(1);
  });

  test('wrong checksums count, whoever finds them', async () => {
    await using t = await withNodes();
    const { written } = ownChunk(100);
    const faults = [{ chunk: written.chunk, offset: 4096, detail: 'wrong' }];
    await t.master.heartbeat('n1', heartbeatOf([reportOf(written)], { faults }));
    const report = (kind: 'corrupt' | 'missing') =>
      t.master.report({ faults: [{ chunk: written.chunk, node: 'n2', kind, detail: '' }] });
    await report('corrupt');
    await report('missing');
    expect(t.master.context.checksumFaults.count).toBe(2);
    expect(t.master.context.replicas.get(written.chunk, 'n1')?.isDamaged).toBe(true);
  });

  test('with fewer than two chunkservers a placement says which are missing', async () => {
    await using t = await openTestMaster({ reportWaitMs: 0, placeWaitMs: 0 });
    await t.master.heartbeat('n1', heartbeatOf([]));
    await t.master.heartbeat('n2', heartbeatOf([], { condition: 'full' }));
    await expect(t.master.place({ own: 1, shared: false, avoid: [] })).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('n2 is full'),
    });
  });

  test('two open a shared chunk at once and get the same one; a failed append seals it and fences late commits', async () => {
    await using t = await withNodes();
    const ask = () => t.master.place({ own: 0, shared: true, avoid: [] });
    const [one, two] = await Promise.all([ask(), ask()]);
    const chunk = one.shared?.chunk ?? '';
    expect(two.shared?.chunk).toBe(chunk);
    const shared = { chunk, version: 1, kind: 'shared' as const, length: 232, votes: ['n1', 'n2', 'n3'] };
    const extents = [{ chunk, offset: 0, length: 100, crc32c: 1 }];
    expect(await commit(t.master, contentOf({ size: 100, extents }), [shared])).toMatchObject([{ ok: true }]);
    await t.master.report({ faults: [{ chunk, node: 'n2', kind: 'append-failed', detail: '' }] });
    expect(t.view.chunk(chunk)).toMatchObject({ state: 'sealed', version: 2, length: 116 });
    const late = [{ chunk, offset: 116, length: 100, crc32c: 1 }];
    expect(await commit(t.master, contentOf({ size: 100, extents: late }), [shared])).toMatchObject([
      { ok: false, problem: { type: 'urn:bramble:problem:chunk-sealed' } },
    ]);
    const report: ChunkReport = { chunk, version: 1, length: 232, state: 'open' };
    const { seals } = await t.master.heartbeat('n1', heartbeatOf([report]));
    expect(seals).toEqual([{ chunk, version: 2, length: 116 }]);
    expect((await ask()).shared?.chunk).not.toBe(chunk);
  });

  test('shared chunks that were open are sealed when the master starts again', async () => {
    await using t = await withNodes();
    const chunk = (await t.master.place({ own: 0, shared: true, avoid: [] })).shared?.chunk ?? '';
    await using _again = await t.restart();
    expect(t.view.chunk(chunk)?.state).toBe('sealed');
  });

  test('an orphan lives through its grace, then is condemned, deleted and forgotten; a late commit is refused', async () => {
    await using t = await withNodes({ orphanGraceMs: 60_000, grantMs: 10_000 });
    const { extent, written } = ownChunk(100);
    const present = heartbeatOf([reportOf(written)]);
    expect((await t.master.heartbeat('n1', present)).pendingDeletes).toEqual([]);
    t.master.renew({ chunks: [written.chunk] });
    t.clock.advance(59_000);
    await t.master.heartbeat('n1', present);
    await t.master.housekeeping.round();
    expect((await t.master.heartbeat('n1', present)).pendingDeletes).toEqual([]);
    for (let second = 0; second < 10; second++) {
      t.clock.advance(1_000);
      for (const node of ['n1', 'n2', 'n3']) await t.master.heartbeat(node, node === 'n1' ? present : heartbeatOf([]));
    }
    await t.master.housekeeping.round();
    expect((await t.master.heartbeat('n1', present)).pendingDeletes).toEqual([written.chunk]);
    expect(await commit(t.master, contentOf({ size: 100, extents: [extent] }), [written])).toMatchObject([
      { ok: false, problem: { type: 'urn:bramble:problem:chunk-condemned' } },
    ]);
    const gone = heartbeatOf([], { report: { full: false, chunks: [], removed: [written.chunk] } });
    expect((await t.master.heartbeat('n1', gone)).pendingDeletes).toEqual([]);
    for (let second = 0; second < 61; second++) {
      t.clock.advance(1_000);
      for (const node of ['n1', 'n2', 'n3']) await t.master.heartbeat(node, heartbeatOf([]));
    }
    await t.master.housekeeping.round();
    expect(t.view.chunk(written.chunk)).toBeUndefined();
    // The tombstone is forgotten, the writer is not dead: neither its commit nor its renewal brings the chunk back.
    const lateCommit = () => commit(t.master, contentOf({ size: 100, extents: [extent] }), [written]);
    const refusal = [{ ok: false, problem: { type: 'urn:bramble:problem:chunk-condemned' } }];
    expect(await lateCommit()).toMatchObject(refusal);
    t.master.renew({ chunks: [written.chunk] });
    expect(await lateCommit()).toMatchObject(refusal);
    expect(t.master.context.replicas.of(written.chunk)).toEqual([]);
    expect(t.view.totals().objects).toBe(0);
  });

  test('a long write that renews is committed after many graces, also when the master was started anew in between', async () => {
    await using t = await withNodes({ orphanGraceMs: 60_000, grantMs: 10_000 });
    const { extent, written } = ownChunk(100);
    for (let second = 0; second < 300; second += 5) {
      t.clock.advance(5_000);
      t.master.renew({ chunks: [written.chunk] });
      for (const node of ['n1', 'n2', 'n3']) await t.master.heartbeat(node, heartbeatOf([reportOf(written)]));
      await t.master.housekeeping.round();
    }
    await using again = await t.restart();
    const content = contentOf({ size: 100, extents: [extent] });
    expect(await commit(again, content, [written])).toMatchObject([{ ok: false }]);
    for (const node of ['n1', 'n2']) await again.heartbeat(node, heartbeatOf([reportOf(written)]));
    expect(await commit(again, content, [written])).toMatchObject([{ ok: true }]);
  });

  test('expired shares and uploads are cleared away by commands that touch nothing else', async () => {
    await using t = await withNodes();
    await commit(t.master, contentOf({ size: 1, inline: new Uint8Array(1) }), []);
    const share = (id: string, expiresAtMs: number) =>
      t.master.context.submit('share.create', { id, tokenHash: Buffer.alloc(32, id), name, expiresAtMs });
    await share('share_1', t.clock.now() + 1_000);
    await share('share_2', t.clock.now() + 1_000_000);
    const { upload } = await t.master.uploads.begin({
      ...asAda,
      name,
      contentType: 'a/b',
      headers: {},
      preconditions: {},
    });
    t.clock.advance(1_000);
    expect(await t.master.context.submit('share.expire', { shares: ['share_2', 'share_3'] })).toBe(0);
    expect(await t.master.context.submit('upload.expire', { uploads: [upload, 'upload_3'] })).toBe(0);
    await t.master.housekeeping.round();
    expect(t.view.shares('ada', 10).map(({ id }) => id)).toEqual(['share_2']);
    expect(t.view.shareByToken(Buffer.alloc(32, 'share_1'))).toBeUndefined();
    expect(t.view.upload(upload)?.id).toBe(upload);
    t.clock.advance(24 * 3_600_000);
    await t.master.housekeeping.round();
    expect(t.view.shares('ada', 10)).toEqual([]);
    expect(t.view.upload(upload)).toBeUndefined();
  });

  test('names that nothing can have are refused or not there, however long or odd', async () => {
    await using t = await withNodes();
    const odd = ['\0', '\ud800', 'x'.repeat(5_000), ''];
    const names = odd.flatMap((text) => [
      // Without a namespace, a name is meant as S3's.
      { ...name, namespace: text || ' ' },
      { ...name, bucket: text },
      { ...name, key: text },
    ]);
    for (const answer of [
      ...(await t.master.lookup({ items: names.map((each) => ({ ...asAda, name: each })) })),
      ...(await t.master.commit({
        items: names.map((each) => ({ ...asAda, name: each, content: contentOf({}), chunks: [], preconditions: {} })),
      })),
    ]) {
      expect(answer.ok || answer.problem.status).toBeLessThan(500);
      expect(answer.ok).toBe(false);
    }
  });

  test('the upload of someone else can neither be seen, added to, finished nor aborted', async () => {
    await using t = await withNodes();
    const { uploads } = t.master;
    const { upload } = await uploads.begin({ ...asAda, name, contentType: 'a/b', headers: {}, preconditions: {} });
    const { extent, written } = ownChunk(100);
    const more = { upload, offset: 0, extents: [extent], chunks: [written] };
    const missing = { status: 404 };
    await expect(uploads.inspect({ ...asEve, upload })).rejects.toMatchObject(missing);
    await expect(uploads.extend({ ...asEve, ...more })).rejects.toMatchObject(missing);
    await expect(uploads.finish({ ...asEve, upload })).rejects.toMatchObject(missing);
    await expect(uploads.abort({ ...asEve, upload })).rejects.toMatchObject(missing);
    await expect(uploads.abort({ ...asAnyone, upload })).rejects.toMatchObject({ status: 401 });
    expect(await uploads.inspect({ ...asAda, upload })).toMatchObject({ offset: 0 });
    await uploads.abort({ ...asAda, upload });
    await expect(uploads.inspect({ ...asAda, upload })).rejects.toMatchObject(missing);
  });

  test('a silent chunkserver is avoided, then declared dead by a command, and its replicas are not counted', async () => {
    await using t = await withNodes();
    const { extent, written } = ownChunk(100);
    await commit(t.master, contentOf({ size: 100, extents: [extent] }), [written]);
    for (let second = 0; second < 31; second++) {
      t.clock.advance(1_000);
      for (const node of ['n2', 'n3'])
        await t.master.heartbeat(node, heartbeatOf(node === 'n2' ? [reportOf(written)] : []));
      if (second === 5) {
        const { own } = await t.master.place({ own: 1, shared: false, avoid: [] });
        expect(own[0]?.replicas.map(({ node }) => node).sort()).toEqual(['n2', 'n3']);
      }
    }
    await t.master.housekeeping.round();
    expect(t.view.nodes().find(({ node }) => node === 'n1')?.state).toBe('dead');
    expect(t.log.entries.flat().find(({ type }) => type === 'node.dead')?.actor).toEqual(SYSTEM);
    expect(await t.master.census.count()).toMatchObject({ replicasShort: 2 });
  });

  test('what anyone may not see is the same whether it is there or not', async () => {
    await using t = await withNodes();
    await commit(t.master, contentOf({ size: 1, inline: new Uint8Array(1) }), []);
    const missing = { ...name, bucket: 'nothing' };
    const answers = await t.master.lookup({
      items: [
        { ...asAnyone, name },
        { ...asAnyone, name: missing },
      ],
    });
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ ok: false, problem: { status: 401 } });
    await t.master.context.submit('bucket.update', { namespace: 'ada', name: 'photos', visibility: 'unlisted' });
    expect(await t.master.lookup({ items: [{ ...asAnyone, name }] })).toMatchObject([{ ok: true }]);
  });

  test('a resumable upload grows, refuses gaps, and becomes an object', async () => {
    await using t = await withNodes();
    const { uploads } = t.master;
    const { upload } = await uploads.begin({
      ...asAda,
      name,
      size: 200,
      contentType: 'a/b',
      headers: {},
      preconditions: {},
    });
    const first = ownChunk(100);
    await uploads.extend({ ...asAda, upload, offset: 0, extents: [first.extent], chunks: [first.written] });
    const second = ownChunk(100);
    const extend = { ...asAda, upload, extents: [second.extent], chunks: [second.written] };
    await expect(uploads.extend({ ...extend, offset: 50 })).rejects.toMatchObject({ code: 'offset-mismatch' });
    await expect(uploads.finish({ ...asAda, upload })).rejects.toMatchObject({ code: 'upload-incomplete' });
    expect(await uploads.extend({ ...extend, offset: 100 })).toMatchObject({ offset: 200 });
    expect(await uploads.finish({ ...asAda, upload })).toMatchObject({ created: true });
    const [found] = await t.master.lookup({ items: [{ ...asAda, name }] });
    expect(found).toMatchObject({ value: { content: { size: 200, extents: [first.extent, second.extent] } } });
    await expect(uploads.inspect({ ...asAda, upload })).rejects.toMatchObject({ status: 404 });
  });
});
