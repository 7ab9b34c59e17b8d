import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MIN_PART_BYTES } from '../../../common/filesystem/index.ts';
import { usageOf } from '../commands/usage.ts';
import { asAda, asEve, heartbeatOf, openTestMaster, ownChunk } from '../test-master.ts';

const name = { namespace: 'ada', bucket: 'photos', key: 'a/b.jpg' };
const DAY_MS = 24 * 3_600_000;
type TestMaster = Awaited<ReturnType<typeof openTestMaster>>;

async function withBucket(): Promise<TestMaster> {
  const t = await openTestMaster({ reportWaitMs: 0, placeWaitMs: 0, lookupWaitMs: 0 });
  for (const node of ['n1', 'n2', 'n3']) await t.master.heartbeat(node, heartbeatOf([]));
  await t.master.context.submit('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' });
  return t;
}

async function begin(t: TestMaster, key = name.key): Promise<string> {
  const request = { ...asAda, name: { ...name, key }, contentType: 'image/jpeg', headers: {} };
  return (await t.master.multipart.begin(request)).upload;
}

async function putPart(t: TestMaster, upload: string, part: number, size: number) {
  const { extent, written } = ownChunk(size, t.clock.now());
  const etag = hash('md5', `${upload} ${part} ${extent.chunk}`);
  const request = { ...asAda, name, upload, part, size, etag, extents: [extent], chunks: [written] };
  await t.master.multipart.part(request);
  return { part, etag, extent };
}

const usedBytes = (t: TestMaster) => usageOf(t.view, 'ada').bytes;
const references = (t: TestMaster, chunk: string) => t.view.chunk(chunk)?.references;

describe('uploads in parts', () => {
  test('hold their chunks and count their bytes; what is replaced, left out or aborted is given back', async () => {
    await using t = await withBucket();
    const upload = await begin(t);
    const old = await putPart(t, upload, 1, 100);
    const first = await putPart(t, upload, 1, MIN_PART_BYTES);
    const leftOut = await putPart(t, upload, 2, 70);
    const last = await putPart(t, upload, 3, 50);
    expect([old, first].map(({ extent }) => references(t, extent.chunk))).toEqual([0, 1]);
    expect(usedBytes(t)).toBe(MIN_PART_BYTES + 120);
    const parts = [first, last].map(({ part, etag }) => ({ part, etag }));
    await t.master.multipart.complete({ ...asAda, name, upload, parts, preconditions: {} });
    expect([first, leftOut, last].map(({ extent }) => references(t, extent.chunk))).toEqual([1, 0, 1]);
    expect(usedBytes(t)).toBe(MIN_PART_BYTES + 50);
    const aborted = await begin(t);
    const gone = await putPart(t, aborted, 1, 40);
    await t.master.multipart.abort({ ...asAda, name, upload: aborted });
    expect([references(t, gone.extent.chunk), usedBytes(t)]).toEqual([0, MIN_PART_BYTES + 50]);
  });

  test('a part said twice is there once', async () => {
    await using t = await withBucket();
    const upload = await begin(t);
    const { extent, written } = ownChunk(100);
    const part = {
      ...asAda,
      name,
      upload,
      part: 1,
      size: 100,
      etag: 'a'.repeat(32),
      extents: [extent],
      chunks: [written],
    };
    await t.master.multipart.part(part);
    await t.master.multipart.part(part);
    expect([references(t, extent.chunk), usedBytes(t)]).toEqual([1, 100]);
  });

  test('end a week after their last part, and completions are forgotten after an hour', async () => {
    await using t = await withBucket();
    const upload = await begin(t);
    t.clock.advance(6 * DAY_MS);
    const kept = await putPart(t, upload, 1, 100);
    t.clock.advance(6 * DAY_MS);
    await t.master.housekeeping.round();
    expect(references(t, kept.extent.chunk)).toBe(1);
    t.clock.advance(DAY_MS);
    await t.master.housekeeping.round();
    await expect(t.master.multipart.inspect({ ...asAda, name, upload })).rejects.toMatchObject({
      code: 'no-such-upload',
    });
    expect([references(t, kept.extent.chunk), usedBytes(t)]).toEqual([0, 0]);

    const done = await begin(t);
    const { part, etag } = await putPart(t, done, 1, 10);
    const again = { ...asAda, name, upload: done, parts: [{ part, etag }], preconditions: {} };
    const answer = await t.master.multipart.complete(again);
    expect(await t.master.multipart.complete(again)).toEqual(answer);
    t.clock.advance(3_600_000);
    await t.master.housekeeping.round();
    await expect(t.master.multipart.complete(again)).rejects.toMatchObject({ code: 'no-such-upload' });
  });

  test('end with their bucket; another one of the same name has none of them', async () => {
    await using t = await withBucket();
    const upload = await begin(t);
    const { extent } = await putPart(t, upload, 1, 100);
    await t.master.context.submit('bucket.delete', { namespace: 'ada', name: 'photos' });
    await t.master.context.submit('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' });
    await expect(t.master.multipart.inspect({ ...asAda, name, upload })).rejects.toMatchObject({
      code: 'no-such-upload',
    });
    await t.master.housekeeping.round();
    expect([references(t, extent.chunk), usedBytes(t), t.view.totals().logicalBytes]).toEqual([0, 0, 0]);
  });

  test('of others can neither be seen, added to, completed nor aborted', async () => {
    await using t = await withBucket();
    const reference = { ...asEve, name, upload: await begin(t) };
    const refused = { status: 403 };
    await expect(t.master.multipart.inspect(reference)).rejects.toMatchObject(refused);
    await expect(t.master.multipart.abort(reference)).rejects.toMatchObject(refused);
    await expect(t.master.multipart.parts({ ...reference, after: 0, limit: 1 })).rejects.toMatchObject(refused);
    const parts = [{ part: 1, etag: 'a' }];
    await expect(t.master.multipart.complete({ ...reference, parts, preconditions: {} })).rejects.toMatchObject(
      refused,
    );
  });

  test('beyond the quota no part is taken, and none announced', async () => {
    await using t = await withBucket();
    await t.master.context.submit('namespace.set-quota', { namespace: 'ada', quota: { bytes: 150 } });
    const upload = await begin(t);
    await putPart(t, upload, 1, 100);
    const over = { code: 'quota-exceeded' };
    await expect(t.master.multipart.inspect({ ...asAda, name, upload, size: 51 })).rejects.toMatchObject(over);
    await expect(putPart(t, upload, 2, 51)).rejects.toMatchObject(over);
    await putPart(t, upload, 2, 50);
  });

  test('10,000 parts become an object that is read like any other', async () => {
    await using t = await withBucket();
    const upload = await begin(t);
    const etag = 'b'.repeat(32);
    for (let part = 1; part <= 10_000; part++) {
      const { extent, written } = ownChunk(MIN_PART_BYTES);
      const data = { name, upload, part, size: MIN_PART_BYTES, etag, extents: [extent], chunks: [written] };
      await t.master.context.submit('multipart.part', { ...data, expiresAtMs: t.clock.now() + DAY_MS });
    }
    const parts = Array.from({ length: 10_000 }, (_, index) => ({ part: index + 1, etag }));
    const { etag: joined } = await t.master.multipart.complete({ ...asAda, name, upload, parts, preconditions: {} });
    expect(joined).toMatch(/^[0-9a-f]{32}-10000$/);
    const [found] = await t.master.lookup({ items: [{ ...asAda, name }] });
    expect(found?.ok && found.value.content.extents.length).toBe(10_000);
    expect(found?.ok && found.value.content.size).toBe(10_000 * MIN_PART_BYTES);
    expect(t.view.parts(upload, 0, 1)).toEqual([]);
  }, 60_000);
});

test('listings of uploads, page by page, are what a plain list says', async () => {
  await using t = await withBucket();
  const keys = ['a', 'a', 'a/b', 'a/c', 'a\u0001', 'aa', 'b/', 'b/b/b', 'ü'];
  const uploads: { key: string; upload: string }[] = [];
  for (const key of keys) uploads.push({ key, upload: await begin(t, key) });
  const text = fc.constantFrom('', 'a', 'a/', '/', 'b', 'ü', 'x');
  await fc.assert(
    fc.asyncProperty(text, text, fc.integer({ min: 1, max: 4 }), async (prefix, delimiter, limit) => {
      const seen: string[] = [];
      let marker: { after?: string; afterUpload?: string } = {};
      for (let pages = 0; pages < 20; pages++) {
        const request = { ...asAda, namespace: 'ada', bucket: 'photos', prefix, delimiter, limit, ...marker };
        const page = await t.master.multipart.list(request);
        expect(page.uploads.length + page.prefixes.length).toBeLessThanOrEqual(limit);
        seen.push(...page.uploads.map(({ upload }) => upload), ...page.prefixes);
        if (!page.next) break;
        marker = page.next;
      }
      expect(seen.sort()).toEqual(plainList(uploads, prefix, delimiter).sort());
    }),
    { numRuns: 60 },
  );
});

function plainList(uploads: readonly { key: string; upload: string }[], prefix: string, delimiter: string): string[] {
  const listed = uploads
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, upload }) => {
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 ? upload : key.slice(0, at + delimiter.length);
    });
  return [...new Set(listed)];
}
