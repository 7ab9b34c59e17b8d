import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Committed, Copied, Deleted } from '../../../common/filesystem/index.ts';
import { ownChunk } from '../test-master.ts';
import {
  command,
  commitOf,
  copyOf,
  deletionOf,
  nameOf,
  openTestView,
  plain,
  versioningOf,
  versionSalt,
} from '../test-view.ts';
import type { FilesystemView } from '../view/filesystem-view.ts';
import { makeVersionId, parseVersionId, versionName } from '../view/version-id.ts';
import type { DeletionOutcome } from './delete-object.ts';

const BUCKET_ID = 1;

/** S3's versioning, said as plainly as can be: by key, what there is, newest first. */
class NaiveVersions {
  versioning: 'Enabled' | 'Suspended' | undefined;
  readonly #byKey = new Map<string, NaiveVersion[]>();

  get(key: string): NaiveVersion[] {
    return this.#byKey.get(key) ?? [];
  }

  current(key: string): NaiveVersion | undefined {
    const [newest] = this.get(key);
    return newest?.isMarker ? undefined : newest;
  }

  add(key: string, version: NaiveVersion): void {
    const kept = this.versioning === 'Enabled' ? this.get(key) : this.get(key).filter(({ id }) => id !== 'null');
    this.#byKey.set(key, [version, ...kept]);
  }

  remove(key: string, id: string): void {
    const left = this.get(key).filter((version) => version.id !== id);
    if (left.length > 0) this.#byKey.set(key, left);
    else this.#byKey.delete(key);
  }

  delete(key: string, id: string | undefined): void {
    if (this.versioning === undefined) this.remove(key, 'null');
    else this.add(key, { id: id ?? 'null', isMarker: true, etag: '', size: 0 });
  }

  all(): (NaiveVersion & { key: string; isLatest: boolean })[] {
    const keys = [...this.#byKey.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return keys.flatMap((key) => this.get(key).map((version, index) => ({ key, ...version, isLatest: index === 0 })));
  }
}

interface NaiveVersion {
  id: string;
  isMarker: boolean;
  etag: string;
  size: number;
}

/** Few, so that histories are long; the others are there for the order. */
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a/b', 'é/b') },
  { weight: 2, arbitrary: fc.constantFrom('a', 'a/', 'a\u0001', 'é/c', '\u{1f980}') },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key, size: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete-version' as const), key, nth: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy' as const), key, to: key, nth: fc.option(fc.nat(3)) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tag' as const), key, nth: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('versioning' as const),
      value: fc.constantFrom('Enabled' as const, 'Suspended' as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

test('whatever is put, copied, tagged and deleted while versions are kept or not, all is as in a simple model', async () => {
  const page = fc.record({
    prefix: fc.constantFrom('', 'a', 'a/', 'é'),
    delimiter: fc.constantFrom('', '/', '\u0001'),
    limit: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 14 }),
      page,
      async (entries, query) => {
        await using t = await openTestView();
        const model = new NaiveVersions();
        for (const [entry, steps] of entries.entries()) {
          const acts = steps.map((each, index) => actOf(each, model, `e${entry}.${index}`));
          const outcomes = await t.apply(...acts.map(({ command: one }) => one));
          for (const [index, act] of acts.entries()) act.follow(outcomes[index]);
        }
        expectSame(t.view, model);
        expect(listAll(t.view, query)).toEqual(expectedPages(model, query));
        await emptyByPages(t, query.limit);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

/** The command of a step, and what the model makes of its outcome. Versions are those that were there before the entry. */
function actOf(each: Step, model: NaiveVersions, etag: string) {
  switch (each.kind) {
    case 'versioning':
      return {
        command: versioningOf(each.value),
        follow: () => {
          model.versioning = each.value;
        },
      };
    case 'put': {
      const { extent, written } = ownChunk(each.size);
      return {
        command: commitOf(each.key, plain(etag, { size: each.size, extents: [extent] }), [written]),
        follow: (outcome: unknown) => {
          const { versionId, created } = answerOf<Committed>(outcome);
          expect(created).toBe(model.current(each.key) === undefined);
          expect(versionId !== undefined).toBe(model.versioning === 'Enabled');
          model.add(each.key, { id: versionId ?? 'null', isMarker: false, etag, size: each.size });
        },
      };
    }
    case 'delete':
      return {
        command: deletionOf([{ key: each.key }]),
        follow: (outcome: unknown) => {
          const deleted = deletedBy(outcome);
          expect(deleted.isDeleteMarker).toBe(model.versioning !== undefined);
          model.delete(each.key, deleted.versionId);
        },
      };
    case 'delete-version': {
      const version = model.get(each.key)[each.nth]?.id ?? 'null';
      return {
        command: deletionOf([{ key: each.key, version }]),
        follow: (outcome: unknown) => {
          const there = model.get(each.key).find(({ id }) => id === version);
          expect(deletedBy(outcome)).toEqual({ versionId: version, isDeleteMarker: there?.isMarker ?? false });
          model.remove(each.key, version);
        },
      };
    }
    case 'copy': {
      const fromVersion = each.nth === null ? undefined : model.get(each.key)[each.nth]?.id;
      return {
        command: command('object.copy', copyOf(each.key, each.to, { fromVersion })),
        follow: (outcome: unknown) => {
          const source =
            fromVersion === undefined
              ? model.current(each.key)
              : model.get(each.key).find(({ id, isMarker }) => id === fromVersion && !isMarker);
          if (!source) return expect(outcome).toMatchObject({ ok: false });
          const copied = answerOf<Copied>(outcome);
          expect(copied.sourceVersionId).toBe(model.versioning && source.id);
          return model.add(each.to, { ...source, id: copied.versionId ?? 'null' });
        },
      };
    }
    case 'tag': {
      const version = model.get(each.key)[each.nth]?.id;
      return {
        command: command('object.tags', { name: nameOf(each.key), version, tags: { colour: 'red' } }),
        follow: (outcome: unknown) => {
          const there = version === undefined ? model.current(each.key) : undefined;
          const tagged = there ?? model.get(each.key).find(({ id, isMarker }) => id === version && !isMarker);
          expect(outcome).toMatchObject({ ok: tagged !== undefined });
        },
      };
    }
  }
}

function answerOf<Value>(outcome: unknown): Value {
  expect(outcome).toMatchObject({ ok: true });
  return (outcome as { value: Value }).value;
}

function deletedBy(outcome: unknown): Deleted {
  const [one] = answerOf<DeletionOutcome[]>(outcome);
  expect(one).toMatchObject({ ok: true });
  return (one as { value: Deleted }).value;
}

function expectSame(view: FilesystemView, model: NaiveVersions): void {
  const all = model.all();
  const objects = all.filter(({ isMarker }) => !isMarker);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const current = objects.filter(({ isLatest }) => isLatest);
  const bucket = view.bucket('ada', 'photos');
  expect({ versions: 0, ...bucket }).toMatchObject({
    objects: current.length,
    versions: all.length - current.length,
    bytes,
  });
  expect(view.totals()).toMatchObject({ objects: current.length, logicalBytes: bytes });
  expect(view.usage('ada')).toMatchObject({ objects: objects.length, bytes });
  const references = view.chunksAfter(undefined, 1000).reduce((sum, { record }) => sum + record.references, 0);
  expect(references).toBe(objects.length);
  for (const { key: name, id, isMarker, etag } of all) {
    const found = view.version(BUCKET_ID, name, parseVersionId(id));
    expect(found?.content?.etag).toBe(isMarker ? undefined : etag);
    expect(found?.content === null).toBe(isMarker);
  }
  const listed = view.list({ bucketId: BUCKET_ID, prefix: '', delimiter: '', limit: 1000 });
  expect(listed.items.map((item) => [item.key, item.object.content.etag])).toEqual(
    current.map((item) => [item.key, item.etag]),
  );
}

interface PageQuery {
  prefix: string;
  delimiter: string;
  limit: number;
}

function listAll(view: FilesystemView, query: PageQuery): string[] {
  const found: string[] = [];
  let after: string | undefined;
  let afterVersion: string | null | undefined;
  for (;;) {
    const { items, prefixes, next } = view.listVersions({ bucketId: BUCKET_ID, ...query, after }, afterVersion);
    expect(items.length + prefixes.length).toBeLessThanOrEqual(query.limit);
    for (const item of items) {
      found.push([item.key, versionName(item.version.versionId), item.isLatest, item.version.content === null].join());
    }
    found.push(...prefixes);
    if (!next) return found.sort();
    after = next.key;
    afterVersion = next.version?.versionId;
  }
}

function expectedPages(model: NaiveVersions, { prefix, delimiter }: PageQuery): string[] {
  const expected = new Set<string>();
  for (const { key: name, id, isLatest, isMarker } of model.all()) {
    if (!name.startsWith(prefix)) continue;
    const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    expected.add(at < 0 ? [name, id, isLatest, isMarker].join() : name.slice(0, at + delimiter.length));
  }
  return [...expected].sort();
}

/** As conformance suites clean up: each page is deleted before the next one is asked for by its markers. */
async function emptyByPages(t: Awaited<ReturnType<typeof openTestView>>, limit: number): Promise<void> {
  const drop = command('bucket.delete', { namespace: 'ada', name: 'photos' });
  const { objects, versions = 0 } = t.view.bucket('ada', 'photos') ?? { objects: 0 };
  if (objects + versions > 0) {
    expect(await t.apply(drop)).toMatchObject([{ ok: false, error: { code: 'bucket-not-empty' } }]);
  }
  const query = { bucketId: BUCKET_ID, prefix: '', delimiter: '', limit };
  let page = t.view.listVersions(query);
  while (page.items.length > 0) {
    const items = page.items.map((item) => ({ key: item.key, version: versionName(item.version.versionId) }));
    await t.apply(deletionOf(items));
    if (!page.next) break;
    page = t.view.listVersions({ ...query, after: page.next.key }, page.next.version?.versionId);
  }
  expect(await t.apply(drop)).toMatchObject([{ ok: true }]);
  expect(t.view.totals()).toMatchObject({ buckets: 0, objects: 0, logicalBytes: 0, liveBytes: 0 });
}

test('a move leaves a delete marker, and what was moved keeps what it was', async () => {
  await using t = await openTestView();
  const content = plain('e', { tags: { colour: 'red' }, redirect: '/there', headers: { 'x-meta-a': 'b' } });
  await t.apply(versioningOf('Enabled'), commitOf('from', content));
  await t.apply(command('object.move', copyOf('from', 'to')));
  expect(t.view.object(BUCKET_ID, 'to')?.content).toEqual(content);
  expect(t.view.object(BUCKET_ID, 'from')).toBeUndefined();
  const { items } = t.view.listVersions({ bucketId: BUCKET_ID, prefix: 'from', delimiter: '', limit: 10 });
  expect(items.map(({ isLatest, version }) => [isLatest, version.content?.etag])).toEqual([
    [true, undefined],
    [false, 'e'],
  ]);
});

test('a copy has other headers and tags when it is told so, and no redirect of its own accord', async () => {
  await using t = await openTestView();
  const content = plain('e', { contentType: 'a/b', tags: { colour: 'red' }, redirect: '/there', headers: { a: 'b' } });
  const replace = { contentType: 'c/d', headers: { c: 'd' }, redirect: '/elsewhere' };
  await t.apply(
    commitOf('k', content),
    command('object.copy', copyOf('k', 'same')),
    command('object.copy', copyOf('k', 'other', { replace, tags: {} })),
  );
  const { redirect: _, ...copied } = content;
  expect(t.view.object(BUCKET_ID, 'same')?.content).toEqual(copied);
  expect(t.view.object(BUCKET_ID, 'other')?.content).toEqual(plain('e', replace));
});

test('everything an object may have is stored and read as it was', async () => {
  await using t = await openTestView();
  const { extent, written } = ownChunk(9);
  const whole = plain('e', {
    size: 9,
    extents: [extent],
    headers: { expires: 'never' },
    checksum: { algorithm: 'SHA256', value: 'abc=-2', type: 'COMPOSITE' },
    parts: [
      { part: 1, size: 4, checksum: 'x=' },
      { part: 7, size: 5 },
    ],
    tags: { a: '' },
    redirect: '/x',
  });
  const little = plain('f', { checksum: { algorithm: 'CRC32', value: 'AAAAAA==', type: 'FULL_OBJECT' } });
  await t.apply(versioningOf('Enabled'), commitOf('k', whole, [written]), commitOf('k', little));
  const { items } = t.view.listVersions({ bucketId: BUCKET_ID, prefix: '', delimiter: '', limit: 10 });
  expect(items.map(({ version }) => version.content)).toEqual([little, whole]);
});

test.each([
  ['the right ETag', { ifMatch: '"e"' }, true],
  ['the right ETag without one quote', { ifMatch: 'e"' }, true],
  ['any object', { ifMatch: '*' }, true],
  ['another ETag', { ifMatch: 'x' }, false],
  ['the second it was modified in', { ifMatchModifiedMs: 1999 }, true],
  ['another second', { ifMatchModifiedMs: 2000 }, false],
  ['its size', { ifMatchSize: 0 }, true],
  ['another size', { ifMatchSize: 1 }, false],
])('a deletion on the condition of %s', async (_, condition, isDone) => {
  await using t = await openTestView();
  await t.apply(commitOf('k', plain('e')));
  const item = { key: 'k', ...condition };
  // Beside it in the batch, each on its own.
  expect(await t.apply(deletionOf([item, { key: 'nothing', ...condition }]))).toMatchObject([
    { ok: true, value: [isDone ? { ok: true } : { ok: false, error: { code: 'precondition-failed' } }, { ok: true }] },
  ]);
  expect(t.view.object(BUCKET_ID, 'k') === undefined).toBe(isDone);
});

test('conditions of a deletion on a delete marker: it is there, has no ETag and is empty', async () => {
  await using t = await openTestView();
  await t.apply(versioningOf('Enabled'), commitOf('k', plain('e', { size: 1, inline: new Uint8Array(1) })));
  await t.apply(deletionOf([{ key: 'k' }]));
  const outcomes = await t.apply(
    deletionOf([
      { key: 'k', ifMatch: 'e' },
      { key: 'k', ifMatchSize: 1 },
      { key: 'k', ifMatchModifiedMs: 0 },
      { key: 'k', ifMatch: '*' },
      { key: 'nothing', ifMatch: '*' },
      { key: 'k', ifMatch: '*', mustExist: true },
    ]),
  );
  expect(
    answerOf<DeletionOutcome[]>(outcomes[0]).map((one) => (one.ok ? one.value.isDeleteMarker : one.error.status)),
  ).toEqual([412, 412, 412, true, false, 412]);
  expect(t.view.bucket('ada', 'photos')).toMatchObject({ objects: 0, versions: 3 });
});

test.each([
  [{ ifMatch: 'e' }, true],
  [{ ifMatch: 'x' }, false],
  [{ ifNoneMatch: 'e' }, false],
  [{ ifNoneMatch: 'x' }, true],
  [{ modifiedSinceMs: 0 }, true],
  [{ modifiedSinceMs: 1000 }, false],
  [{ unmodifiedSinceMs: 1000 }, true],
  [{ unmodifiedSinceMs: 0 }, false],
  // S3: the ETag outweighs the date.
  [{ ifMatch: 'e', unmodifiedSinceMs: 0 }, true],
  [{ ifNoneMatch: 'e', modifiedSinceMs: 0 }, false],
])('a copy whose source must be %j', async (sourceConditions, isDone) => {
  await using t = await openTestView();
  await t.apply(commitOf('k', plain('e')));
  expect(await t.apply(command('object.copy', copyOf('k', 'copy', { sourceConditions })))).toMatchObject([
    isDone ? { ok: true } : { ok: false, error: { status: 412 } },
  ]);
});

test('If-Match of a write where there is no object, or just a delete marker, says that there is none', async () => {
  await using t = await openTestView();
  await t.apply(versioningOf('Enabled'), commitOf('k', plain('e')), deletionOf([{ key: 'k' }]));
  for (const name of ['k', 'nothing']) {
    expect(await t.apply(commitOf(name, plain('f'), [], { ifMatch: '*' }))).toMatchObject([
      { ok: false, error: { code: 'precondition-failed', fields: { condition: 'If-Match', object: 'absent' } } },
    ]);
  }
  expect(await t.apply(commitOf('k', plain('f'), [], { ifNoneMatch: '*' }))).toMatchObject([{ ok: true }]);
});

test('a version that is no id is refused, one that was never there is none', async () => {
  await using t = await openTestView();
  await t.apply(versioningOf('Enabled'), commitOf('k', plain('e')));
  const none = makeVersionId(7, versionSalt);
  const tag = (version: string) => command('object.tags', { name: nameOf('k'), version, tags: null });
  expect(await t.apply(tag('no id'), tag(none), tag('null'))).toMatchObject([
    { ok: false, error: { code: 'invalid-version' } },
    { ok: false, error: { code: 'no-such-version' } },
    { ok: false, error: { code: 'no-such-version' } },
  ]);
});

test('a listing may begin behind any text', async () => {
  await using t = await openTestView();
  await t.apply(...['a', 'a/b', 'a/c', 'b', 'é'].map((name) => commitOf(name, plain('e'))));
  const listed = (after: string, delimiter = '', prefix = '') => {
    const page = t.view.list({ bucketId: BUCKET_ID, prefix, delimiter, limit: 10, after });
    return [...page.items.map((item) => item.key), ...page.prefixes];
  };
  expect(listed('')).toEqual(['a', 'a/b', 'a/c', 'b', 'é']);
  expect(listed('a')).toEqual(['a/b', 'a/c', 'b', 'é']);
  expect(listed('a/b')).toEqual(['a/c', 'b', 'é']);
  expect(listed('a/b', '/')).toEqual(['b', 'é']);
  expect(listed('a', '/')).toEqual(['b', 'é', 'a/']);
  expect(listed('a/b', '/', 'a/')).toEqual(['a/c']);
  expect(listed('b'.repeat(1024))).toEqual(['é']);
  expect(listed('\u{10ffff}')).toEqual([]);
});
