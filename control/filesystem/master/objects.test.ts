import { expect, test } from 'vitest';
import {
  type Answer,
  type Committed,
  type Deleted,
  type FoundObject,
  type ObjectContent,
  unpackListed,
} from '../../../common/filesystem/index.ts';
import { asAda, asAnyone, asEve, openTestMaster } from '../test-master.ts';
import { plain } from '../test-view.ts';

/** As S3 names buckets: without a namespace. */
const bucket = { namespace: '', bucket: 'photos' };
const nameOf = (key: string) => ({ ...bucket, key });
const all = { ...asAda, ...bucket, prefix: '', delimiter: '', limit: 1000 };

async function openBucket(versioning?: 'Enabled' | 'Suspended') {
  const t = await openTestMaster({ reportWaitMs: 0, placeWaitMs: 0, lookupWaitMs: 0 });
  await t.master.context.submit('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' });
  const setVersioning = (value: 'Enabled' | 'Suspended') =>
    t.master.buckets.configure({ ...asAda, ...bucket, setting: 'versioning', value });
  if (versioning) await setVersioning(versioning);
  return {
    ...t,
    setVersioning,
    put: async (key: string, content: ObjectContent): Promise<Committed> => {
      const items = [{ ...asAda, name: nameOf(key), content, chunks: [], preconditions: {} }];
      return answered((await t.master.commit({ items }))[0]);
    },
    lookup: async (key: string, version?: string): Promise<Answer<FoundObject> | undefined> =>
      (await t.master.lookup({ items: [{ ...asAda, name: nameOf(key), version }] }))[0],
    delete: async (...items: { key: string; version?: string }[]): Promise<Answer<Deleted>[]> =>
      t.master.objects.delete({ ...asAda, ...bucket, items }),
  };
}

function answered<Value>(answer: Answer<Value> | undefined): Value {
  expect(answer).toMatchObject({ ok: true });
  return (answer as { value: Value }).value;
}

const problem = (code: string, errors?: Record<string, unknown>) => ({
  ok: false,
  problem: { type: `urn:bramble:problem:${code}`, ...(errors && { errors }) },
});

test('an object hidden by a delete marker is found by its version, and again when the marker is removed', async () => {
  await using t = await openBucket('Enabled');
  const first = await t.put('k', plain('e1'));
  const second = await t.put('k', plain('e2'));
  expect(second).toMatchObject({ created: false, versionId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  const [marker] = (await t.delete({ key: 'k' })).map(answered);
  expect(marker).toMatchObject({ isDeleteMarker: true });
  const versionId = marker?.versionId ?? '';
  expect(await t.lookup('k')).toMatchObject(problem('delete-marker', { versionId }));
  expect(await t.lookup('k', versionId)).toMatchObject(problem('delete-marker-version', { versionId }));
  expect(await t.lookup('k', first.versionId)).toMatchObject({ ok: true, value: { content: { etag: 'e1' } } });
  expect(await t.lookup('k', 'null')).toMatchObject(problem('no-such-version'));
  expect((await t.delete({ key: 'k', version: versionId })).map(answered)).toEqual([
    { versionId, isDeleteMarker: true },
  ]);
  expect(await t.lookup('k')).toMatchObject({ ok: true, value: { versionId: second.versionId } });
  expect((await t.delete({ key: 'k', version: second.versionId ?? '' })).map(answered)).toEqual([
    { versionId: second.versionId, isDeleteMarker: false },
  ]);
  expect(await t.lookup('k')).toMatchObject({ ok: true, value: { versionId: first.versionId } });
});

test('what was written before versions were kept, or while they are suspended, is the version null', async () => {
  await using t = await openBucket();
  expect(await t.put('k', plain('e1'))).not.toHaveProperty('versionId');
  expect(answered(await t.lookup('k'))).not.toHaveProperty('versionId');
  expect((await t.delete({ key: 'nothing' })).map(answered)).toEqual([{ isDeleteMarker: false }]);
  await t.setVersioning('Enabled');
  expect(answered(await t.lookup('k'))).toMatchObject({ versionId: 'null', content: { etag: 'e1' } });
  const kept = await t.put('k', plain('e2'));
  expect(answered(await t.lookup('k', 'null'))).toMatchObject({ content: { etag: 'e1' } });
  await t.setVersioning('Suspended');
  expect(await t.put('k', plain('e3'))).not.toHaveProperty('versionId');
  expect((await t.delete({ key: 'k' })).map(answered)).toEqual([{ versionId: 'null', isDeleteMarker: true }]);
  const { versions } = await t.master.objects.listVersions(all);
  expect(versions).toMatchObject([
    { key: 'k', versionId: 'null', isLatest: true, isDeleteMarker: true },
    { key: 'k', versionId: kept.versionId, isLatest: false, isDeleteMarker: false, etag: 'e2' },
  ]);
});

test('pages of objects end with the last key or common prefix, and go on behind it', async () => {
  await using t = await openBucket();
  for (const key of ['a', 'b/1', 'b/2', 'c', 'd/1'])
    await t.put(key, plain(key, { size: 1, inline: new Uint8Array(1) }));
  const pages: unknown[] = [];
  let after: string | undefined;
  do {
    const page = await t.master.objects.list({ ...all, delimiter: '/', limit: 1, after });
    expect(page.owner).toEqual({ id: 'ada', displayName: 'ada' });
    pages.push([unpackListed(page.objects).map(({ key, size, etag }) => [key, size, etag]), page.prefixes]);
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(pages).toEqual([
    [[['a', 1, 'a']], []],
    [[], ['b/']],
    [[['c', 1, 'c']], []],
    [[], ['d/']],
  ]);
  expect(await t.master.objects.list({ ...all, limit: 0 })).toMatchObject({
    objects: { sizes: [] },
    prefixes: [],
    next: null,
  });
  expect(await t.master.objects.listVersions({ ...all, limit: 0 })).toMatchObject({ versions: [], next: null });
  await expect(t.master.objects.listVersions({ ...all, after: 'a', afterVersion: 'x' })).rejects.toMatchObject({
    code: 'invalid-version',
  });
});

test('a thousand deletions are one entry of the log, each with its own answer', async () => {
  await using t = await openBucket('Enabled');
  await t.put('k', plain('e'));
  const before = t.log.entries.length;
  const items = Array.from({ length: 998 }, (_, index) => ({ key: `none${index}` }));
  const answers = await t.delete({ key: 'k', version: 'bad' }, { key: 'x'.repeat(1025) }, ...items);
  expect(t.log.entries.length).toBe(before + 1);
  expect(answers.slice(0, 2)).toMatchObject([problem('invalid-version'), problem('invalid-key')]);
  expect(answers.slice(2).every((answer) => answer.ok && answer.value.isDeleteMarker)).toBe(true);
  expect(t.view.bucket('ada', 'photos')).toMatchObject({ objects: 1, versions: 998 });
});

test('an object is not copied onto itself unless something changes, but an older version of it is', async () => {
  await using t = await openBucket('Enabled');
  const first = await t.put('k', plain('e1'));
  await t.put('k', plain('e2'));
  const copy = {
    ...asAda,
    from: nameOf('k'),
    to: { ...nameOf('k'), namespace: 'ada' },
    sourceConditions: {},
    preconditions: {},
  };
  await expect(t.master.objects.copy(copy)).rejects.toMatchObject({ code: 'copy-onto-itself', status: 400 });
  const replace = { contentType: 'c/d', headers: { 'x-meta-a': 'b' } };
  await t.master.objects.copy({ ...copy, replace });
  expect(answered(await t.lookup('k'))).toMatchObject({ content: { etag: 'e2', ...replace } });
  const restored = await t.master.objects.copy({ ...copy, fromVersion: first.versionId });
  expect(restored).toMatchObject({ etag: 'e1', sourceVersionId: first.versionId });
  expect(answered(await t.lookup('k'))).toMatchObject({ versionId: restored.versionId, content: { etag: 'e1' } });
  const [marker] = (await t.delete({ key: 'k' })).map(answered);
  await expect(t.master.objects.copy({ ...copy, replace })).rejects.toMatchObject({ code: 'delete-marker' });
  await expect(t.master.objects.copy({ ...copy, fromVersion: marker?.versionId })).rejects.toMatchObject({
    code: 'copy-of-delete-marker',
    status: 400,
  });
});

test('tags of one version are set and removed, and leave ETag and time as they were', async () => {
  await using t = await openBucket('Enabled');
  const first = await t.put('k', plain('e1', { tags: { a: 'b' } }));
  await t.put('k', plain('e2'));
  const before = answered(await t.lookup('k', first.versionId));
  expect(before.content.tags).toEqual({ a: 'b' });
  const ofFirst = { ...asAda, name: nameOf('k'), version: first.versionId };
  expect(await t.master.objects.setTags({ ...ofFirst, tags: { c: 'd' } })).toEqual({ versionId: first.versionId });
  const tagged = answered(await t.lookup('k', first.versionId));
  expect(tagged).toEqual({ ...before, content: { ...before.content, tags: { c: 'd' } } });
  await t.master.objects.setTags({ ...ofFirst, tags: null });
  expect(answered(await t.lookup('k', first.versionId)).content).not.toHaveProperty('tags');
  expect(answered(await t.lookup('k')).content.etag).toBe('e2');
});

test('who may not list, delete, copy or tag is refused, and nothing changes', async () => {
  await using t = await openBucket();
  await t.put('k', plain('e'));
  for (const who of [asEve, asAnyone]) {
    const refused = { status: who === asAnyone ? 401 : 403 };
    const as = { ...all, ...who };
    await expect(t.master.objects.list(as)).rejects.toMatchObject(refused);
    await expect(t.master.objects.listVersions(as)).rejects.toMatchObject(refused);
    const answers = await t.master.objects.delete({ ...who, ...bucket, items: [{ key: 'k' }] });
    expect(answers).toMatchObject([{ ok: false, problem: refused }]);
    const names = { from: nameOf('k'), to: nameOf('l') };
    await expect(
      t.master.objects.copy({ ...who, ...names, sourceConditions: {}, preconditions: {} }),
    ).rejects.toMatchObject(refused);
    await expect(t.master.objects.setTags({ ...who, name: nameOf('k'), tags: { a: 'b' } })).rejects.toMatchObject(
      refused,
    );
  }
  expect(answered(await t.lookup('k')).content).toEqual(plain('e'));
  await expect(t.master.objects.list({ ...all, bucket: 'nothing' })).rejects.toMatchObject({ code: 'no-such-bucket' });
});

test('a policy’s conditions on a version hold for that version, when it is copied, tagged or deleted as well', async () => {
  await using t = await openBucket('Enabled');
  const first = await t.put('k', { ...plain('e1'), tags: { secret: 'yes' } });
  await t.put('k', plain('e2'));
  const secret = {
    effect: 'Deny' as const,
    principals: ['*'],
    notPrincipals: [],
    actions: ['s3:GetObjectVersion', 's3:DeleteObjectVersion', 's3:PutObjectVersionTagging'],
    notActions: [],
    resources: ['arn:aws:s3:::photos/*'],
    notResources: [],
    conditions: { StringEquals: { 's3:ExistingObjectTag/secret': ['yes'] } },
  };
  const value = { document: '{}', statements: [secret] };
  await t.master.buckets.configure({ ...asAda, ...bucket, setting: 'policy', value });
  const version = first.versionId ?? '';
  const copy = { from: nameOf('k'), to: nameOf('copy'), sourceConditions: {}, preconditions: {} };
  await expect(t.master.objects.copy({ ...asAda, ...copy, fromVersion: version })).rejects.toMatchObject({
    status: 403,
  });
  await expect(t.master.objects.setTags({ ...asAda, name: nameOf('k'), version, tags: {} })).rejects.toMatchObject({
    status: 403,
  });
  expect(await t.delete({ key: 'k', version })).toMatchObject([problem('forbidden')]);
  await expect(t.master.objects.copy({ ...asAda, ...copy })).resolves.toMatchObject({ etag: 'e2' });
});
