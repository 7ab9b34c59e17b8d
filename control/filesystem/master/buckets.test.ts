import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BucketSettings } from '../../../common/filesystem/index.ts';
import type { S3Action } from '../decisions/s3-actions.ts';
import { asAda, asAnyone, asEve, openTestMaster, withKey } from '../test-master.ts';
import type { Asker } from './access.ts';
import type { RequestFacts } from './request-facts.ts';

const ada = withKey('BRKADA');
const eve = withKey('BRKEVE');
let t: Awaited<ReturnType<typeof openTestMaster>>;
let names = 0;

beforeAll(async () => {
  t = await openTestMaster();
});
afterAll(() => t[Symbol.asyncDispose]());

const newName = () => `bucket-${++names}`;
const called = (bucket: string, namespace = '') => ({ namespace, bucket });
const create = (asker: Asker, bucket: string) => t.master.buckets.create({ ...asker, bucket, visibility: 'private' });
async function made(asker: Asker = ada): Promise<string> {
  const bucket = newName();
  await create(asker, bucket);
  return bucket;
}
const byFiles = (namespace: string, name: string) =>
  t.master.context.submit('bucket.create', { namespace, name, visibility: 'private' });
const set = <Setting extends keyof BucketSettings>(
  bucket: string,
  setting: Setting,
  value: BucketSettings[Setting] | null,
  asker: Asker = ada,
) => t.master.buckets.configure({ ...asker, ...called(bucket), setting, value });
const get = (bucket: string, setting: keyof BucketSettings, asker: Asker = ada) =>
  t.master.buckets.setting({ ...asker, ...called(bucket), setting });
const refused = (code: string) => ({ code });

describe('names in S3', () => {
  test('are held by the namespace that made the bucket first; others are told so, and the own one as well', async () => {
    const bucket = await made();
    await expect(create(ada, bucket)).rejects.toMatchObject({ code: 'bucket-exists-already-yours', status: 409 });
    await expect(create(eve, bucket)).rejects.toMatchObject({ code: 'bucket-exists', status: 409 });
    await expect(create(ada, 'No_Name')).rejects.toMatchObject(refused('invalid-bucket-name'));
    await expect(create(asAnyone, newName())).rejects.toMatchObject({ status: 401 });
  });

  test('mean the own bucket first, then that of who holds the name; it passes on when the bucket goes', async () => {
    const bucket = await made(eve);
    await byFiles('ada', bucket);
    const whose = async (asker: Asker) => (await t.master.buckets.inspect({ ...asker, ...called(bucket) })).namespace;
    expect(await whose(ada)).toBe('ada');
    expect(await whose(eve)).toBe('eve');
    const ruled = async (asker: Asker) => (await t.master.buckets.rules({ ...asker, ...called(bucket) })).namespace;
    expect([await ruled(asAnyone), await ruled(eve), await ruled(ada)]).toEqual(['eve', 'eve', 'ada']);
    await t.master.buckets.delete({ ...eve, ...called(bucket) });
    expect(await ruled(asAnyone)).toBe('ada');
    await expect(create(eve, bucket)).rejects.toMatchObject(refused('bucket-exists'));
    await t.master.buckets.delete({ ...ada, ...called(bucket) });
    expect(await create(eve, bucket)).toMatchObject({ namespace: 'eve', isOwn: true });
  });

  test('that nobody has are not there, for everyone', async () => {
    for (const asker of [ada, asAda, asAnyone]) {
      await expect(t.master.buckets.inspect({ ...asker, ...called('nobody-s') })).rejects.toMatchObject({
        code: 'no-such-bucket',
        status: 404,
      });
    }
    await expect(t.master.buckets.rules({ ...asAnyone, ...called('nobody-s') })).rejects.toThrow(
      'There is no bucket nobody-s.',
    );
  });

  test('in calls become those with a namespace in commands', async () => {
    const bucket = await made();
    const content = { size: 1, etag: 'e', contentType: '', headers: {}, inline: new Uint8Array(1), extents: [] };
    const name = { ...called(bucket), key: 'k' };
    await t.master.commit({ items: [{ ...ada, name, content, chunks: [], preconditions: {} }] });
    expect(await t.master.lookup({ items: [{ ...ada, name }] })).toMatchObject([
      { ok: true, value: { name: { namespace: 'ada', bucket, key: 'k' } } },
    ]);
    expect(t.log.entries.at(-1)?.[0]).toMatchObject({ type: 'object.commit', data: { name: { namespace: 'ada' } } });
    await expect(t.master.buckets.delete({ ...ada, ...called(bucket) })).rejects.toMatchObject(
      refused('bucket-not-empty'),
    );
  });

  test('are listed by prefix, page by page, with what the key may see', async () => {
    for (const letter of ['a', 'b', 'c']) await create(ada, `list-${letter}`);
    const list = (changes: object, asker: Asker = ada) =>
      t.master.buckets.list({ ...asker, prefix: 'list-', limit: 2, ...changes });
    const first = await list({});
    expect(first.buckets.map(({ name }) => name)).toEqual(['list-a', 'list-b']);
    expect(first).toMatchObject({ next: 'list-b', owner: { id: 'ada', displayName: 'ada' } });
    expect(await list({ after: first.next })).toMatchObject({ buckets: [{ name: 'list-c' }], next: null });
    const narrow = withKey('BRKADA', { bucket: 'list-b', verbs: ['read'] });
    expect((await list({}, narrow)).buckets.map(({ name }) => name)).toEqual(['list-b']);
    expect((await list({}, eve)).buckets).toEqual([]);
    await expect(list({}, asAnyone)).rejects.toMatchObject({ status: 401 });
  });
});

describe('settings', () => {
  const cors = [{ allowedOrigins: ['*'], allowedMethods: ['GET' as const], allowedHeaders: [], exposeHeaders: [] }];

  test('are set, read, told to the gateway, removed, and gone with the bucket', async () => {
    const bucket = await made();
    expect(await get(bucket, 'cors')).toBeNull();
    await set(bucket, 'cors', cors);
    await set(bucket, 'tagging', { team: 'a' });
    expect(await get(bucket, 'cors')).toEqual(cors);
    expect(await t.master.buckets.rules({ ...asAnyone, ...called(bucket) })).toMatchObject({
      cors,
      visibility: 'private',
    });
    await set(bucket, 'cors', null);
    await set(bucket, 'cors', null);
    expect(await get(bucket, 'cors')).toBeNull();
    await t.master.buckets.delete({ ...ada, ...called(bucket) });
    await create(ada, bucket);
    expect(await get(bucket, 'tagging')).toBeNull();
  });

  test('of ownership are given at creation, of versioning never taken back', async () => {
    const bucket = newName();
    await t.master.buckets.create({ ...ada, bucket, visibility: 'public', ownership: 'BucketOwnerEnforced' });
    expect(await get(bucket, 'ownership')).toBe('BucketOwnerEnforced');
    expect(await get(bucket, 'versioning')).toBeNull();
    await set(bucket, 'versioning', 'Enabled');
    await set(bucket, 'versioning', 'Suspended');
    expect(await t.master.buckets.inspect({ ...ada, ...called(bucket) })).toMatchObject({ versioning: 'Suspended' });
    await expect(set(bucket, 'versioning', null)).rejects.toMatchObject(refused('invalid-bucket-state'));
  });

  test('of others can be neither read nor set', async () => {
    const bucket = await made();
    await expect(get(bucket, 'tagging', eve)).rejects.toMatchObject({ status: 403 });
    await expect(set(bucket, 'tagging', {}, eve)).rejects.toMatchObject({ status: 403 });
    await expect(get(bucket, 'tagging', asAnyone)).rejects.toMatchObject({ status: 401 });
  });

  const website = { rules: [] };
  test.each<[string, keyof BucketSettings, unknown, string]>([
    ['51 tags', 'tagging', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, ''])), 'invalid-tag'],
    ['a tag without a key', 'tagging', { '': 'x' }, 'invalid-tag'],
    ['a tag of S3’s own', 'tagging', { 'aws:x': 'x' }, 'invalid-tag'],
    ['an origin with two wildcards', 'cors', [{ ...cors[0], allowedOrigins: ['*.*'] }], 'invalid-request'],
    ['a method that CORS has not', 'cors', [{ ...cors[0], allowedMethods: ['PATCH'] }], 'malformed-xml'],
    ['a website without an index', 'website', website, 'invalid-argument'],
    ['an index with a slash', 'website', { ...website, indexSuffix: 'a/b' }, 'invalid-argument'],
    [
      'a redirect of all beside an index',
      'website',
      { ...website, indexSuffix: 'i', redirectAll: { host: 'h' } },
      'invalid-request',
    ],
    ['a policy that is none', 'policy', { document: '{}', statements: [] }, 'malformed-policy'],
    ['a lifecycle of zero days', 'lifecycle', [{ expiration: { days: 0 } }], 'invalid-argument'],
    ['versioning of another kind', 'versioning', 'On', 'malformed-xml'],
  ])('%s: refused', async (_name, setting, value, code) => {
    const bucket = t.view.bucket('ada', 'refusing') ? 'refusing' : (await create(ada, 'refusing')).bucket;
    const call = t.master.buckets.configure({ ...ada, ...called(bucket), setting, value });
    await expect(call).rejects.toMatchObject({ code, status: 400 });
  });
});

describe('who may do what', () => {
  const may = async (asker: Asker, action: S3Action, bucket: string, key?: string, facts?: RequestFacts) => {
    try {
      await t.master.access.permit(asker, action, { ...called(bucket), ...(key !== undefined && { key }) }, facts);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ status: expect.toSatisfy((status) => status === 401 || status === 403) });
      return false;
    }
  };
  type Statement = NonNullable<BucketSettings['policy']>['statements'][number];
  const allow = (bucket: string, changes: Partial<Statement> = {}): Statement => ({
    effect: 'Allow',
    principals: ['*'],
    notPrincipals: [],
    actions: ['s3:*'],
    notActions: [],
    resources: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    notResources: [],
    conditions: {},
    ...changes,
  });
  const policy = (bucket: string, ...statements: Statement[]) => set(bucket, 'policy', { document: '{}', statements });

  test('by visibility: unlisted is for whoever knows a key, public for all, and neither may write', async () => {
    const bucket = await made();
    const who = async (asker: Asker) => [
      await may(asker, 's3:GetObject', bucket, 'k'),
      await may(asker, 's3:ListBucket', bucket),
      await may(asker, 's3:PutObject', bucket, 'k'),
      await may(asker, 's3:PutBucketPolicy', bucket),
    ];
    const show = (visibility: 'private' | 'unlisted' | 'public') =>
      t.master.buckets.setVisibility({ ...ada, ...called(bucket), visibility });
    expect(await who(ada)).toEqual([true, true, true, true]);
    expect(await who(asAnyone)).toEqual([false, false, false, false]);
    await show('unlisted');
    expect(await who(eve)).toEqual([true, false, false, false]);
    await show('public');
    expect(await who(asAnyone)).toEqual([true, true, false, false]);
    expect(await may(asAnyone, 's3:ListBucketVersions', bucket)).toBe(true);
    await expect(
      t.master.buckets.setVisibility({ ...eve, ...called(bucket), visibility: 'private' }),
    ).rejects.toMatchObject({ status: 403 });
  });

  test('by policy: others and the anonymous, as far as it says; what it denies not even its owners, but for the policy', async () => {
    const bucket = await made();
    await policy(
      bucket,
      allow(bucket, { principals: ['eve'] }),
      allow(bucket, { effect: 'Deny', actions: ['s3:DeleteObject'] }),
    );
    expect(await may(eve, 's3:PutObject', bucket, 'k')).toBe(true);
    expect(await may(asEve, 's3:GetBucketTagging', bucket)).toBe(true);
    expect(await may(asAnyone, 's3:GetObject', bucket, 'k')).toBe(false);
    expect(await may(eve, 's3:DeleteObject', bucket, 'k')).toBe(false);
    expect(await may(ada, 's3:DeleteObject', bucket, 'k')).toBe(false);
    await policy(bucket, allow(bucket, { effect: 'Deny' }));
    expect(await may(ada, 's3:GetObject', bucket, 'k')).toBe(false);
    expect(await get(bucket, 'policy')).toMatchObject({ document: '{}' });
    await expect(get(bucket, 'policy', eve)).rejects.toMatchObject({ status: 403 });
    await set(bucket, 'policy', null);
    expect(await may(ada, 's3:GetObject', bucket, 'k')).toBe(true);
    expect(await may(eve, 's3:PutObject', bucket, 'k')).toBe(false);
  });

  test('by a policy for a namespace, only those whose role there allows as much; by one for a user, only as far as their token goes', async () => {
    const bucket = await made();
    await policy(bucket, allow(bucket, { principals: ['arn:aws:iam::ada:root'] }));
    const guest = withKey('BRKGUEST');
    expect(await may(ada, 's3:PutObject', bucket, 'k')).toBe(true);
    expect(await may(guest, 's3:PutObject', bucket, 'k')).toBe(false);
    expect(await may(guest, 's3:DeleteBucket', bucket)).toBe(false);
    await policy(bucket, allow(bucket, { principals: ['eve'] }));
    expect(await may(guest, 's3:PutObject', bucket, 'k')).toBe(true);
    const reads = { requestId: 'r5', credential: { kind: 'bearer' as const, token: 'eve-reads' } };
    expect(await may(reads, 's3:GetObject', bucket, 'k')).toBe(true);
    expect(await may(reads, 's3:PutObject', bucket, 'k')).toBe(false);
    await policy(bucket, allow(bucket));
    expect(await may(reads, 's3:PutObject', bucket, 'k')).toBe(true);
    await policy(bucket, allow(bucket), allow(bucket, { effect: 'Deny', principals: ['ada'] }));
    expect(await may(guest, 's3:GetObject', bucket, 'k')).toBe(false);
  });

  test('by the policy’s conditions on the request, on what it lists, and on tags that are there or are to be', async () => {
    const bucket = await made();
    const content = {
      size: 1,
      etag: 'e',
      contentType: '',
      headers: {},
      inline: new Uint8Array(1),
      extents: [],
      tags: { open: 'yes' },
    };
    await t.master.commit({
      items: [{ ...ada, name: { ...called(bucket), key: 'k' }, content, chunks: [], preconditions: {} }],
    });
    const when = (conditions: Statement['conditions']) => policy(bucket, allow(bucket, { conditions }));
    await when({ IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] }, Bool: { 'aws:SecureTransport': ['true'] } });
    const context = { 'aws:SecureTransport': 'true', 'aws:SourceIp': '192.0.2.1' };
    expect(await may({ ...eve, address: '192.0.2.9', context }, 's3:GetObject', bucket, 'k')).toBe(true);
    // The address is the connection's, whatever is said of it.
    expect(await may({ ...eve, address: '198.51.100.1', context }, 's3:GetObject', bucket, 'k')).toBe(false);
    await when({ StringLike: { 's3:prefix': ['pub/*'] }, NumericLessThanEquals: { 's3:max-keys': ['10'] } });
    expect(await may(eve, 's3:ListBucket', bucket, undefined, { prefix: 'pub/a', limit: 10 })).toBe(true);
    expect(await may(eve, 's3:ListBucket', bucket, undefined, { prefix: 'pub/a', limit: 11 })).toBe(false);
    await when({ StringEquals: { 's3:ExistingObjectTag/open': ['yes'] } });
    expect(await may(eve, 's3:GetObject', bucket, 'k')).toBe(true);
    expect(await may(eve, 's3:GetObject', bucket, 'other')).toBe(false);
    await when({ StringEquals: { 's3:RequestObjectTag/open': ['yes'] } });
    expect(await may(eve, 's3:PutObject', bucket, 'n', { requestTags: { open: 'yes' } })).toBe(true);
    expect(await may(eve, 's3:PutObject', bucket, 'n')).toBe(false);
    const before = async (tags?: Record<string, string>) => {
      const item = { ...eve, action: 'write' as const, name: { ...called(bucket), key: 'n' }, tags };
      return (await t.master.authorize({ items: [item] })).map(({ ok }) => ok);
    };
    expect([await before({ open: 'yes' }), await before({ open: 'no' }), await before()]).toEqual([
      [true],
      [false],
      [false],
    ]);
  });

  test('by what the key is narrowed to, whatever role, policy and visibility allow', async () => {
    const bucket = await made();
    await policy(bucket, allow(bucket));
    const narrow = withKey('BRKADA', { bucket, prefix: 'in/', verbs: ['read', 'list'] });
    expect(await may(narrow, 's3:GetObject', bucket, 'in/k')).toBe(true);
    expect(await may(narrow, 's3:GetObject', bucket, 'out/k')).toBe(false);
    expect(await may(narrow, 's3:PutObject', bucket, 'in/k')).toBe(false);
    expect(await may(narrow, 's3:ListBucket', bucket, undefined, { prefix: 'in/' })).toBe(true);
    expect(await may(narrow, 's3:ListBucket', bucket, undefined, { prefix: '' })).toBe(false);
    expect(await may(narrow, 's3:ListBucket', bucket)).toBe(true);
    expect(await may(narrow, 's3:PutBucketPolicy', bucket)).toBe(false);
    expect(await may(narrow, 's3:GetObject', await made(), 'in/k')).toBe(false);
    await expect(create(narrow, newName())).rejects.toMatchObject({ status: 403 });
  });
});

test('a quota refuses what would go over it, before a body and in the commit, and never what shrinks', async () => {
  const bucket = await made(eve);
  const quota = (limits: object) => t.master.context.submit('namespace.set-quota', { namespace: 'eve', quota: limits });
  const used = () => t.view.usage('eve');
  const before = used();
  const put = async (key: string, size: number) => {
    const name = { ...called(bucket), key };
    const [answer] = await t.master.authorize({ items: [{ ...eve, action: 'write', name, size }] });
    const content = { size, etag: 'e', contentType: '', headers: {}, inline: new Uint8Array(size), extents: [] };
    const [committed] = await t.master.commit({ items: [{ ...eve, name, content, chunks: [], preconditions: {} }] });
    return [answer, committed].map((each) => (each?.ok ? 'ok' : each?.problem.type.split(':').at(-1)));
  };
  await quota({ bytes: before.bytes + 100, objects: before.objects + 2, buckets: before.buckets });
  expect(await put('a', 60)).toEqual(['ok', 'ok']);
  expect(await put('b', 41)).toEqual(['quota-exceeded', 'quota-exceeded']);
  expect(await put('b', 40)).toEqual(['ok', 'ok']);
  expect(await put('c', 0)).toEqual(['ok', 'quota-exceeded']);
  await expect(create(eve, newName())).rejects.toMatchObject({ code: 'quota-exceeded', status: 403 });
  await quota({ bytes: 10 });
  expect((await put('a', 50))[1]).toBe('ok');
  expect((await put('a', 51))[1]).toBe('quota-exceeded');
  expect(used()).toMatchObject({ bytes: before.bytes + 90, objects: before.objects + 2, quota: { bytes: 10 } });
  await t.master.objects.delete({ ...eve, ...called(bucket), items: [{ key: 'a' }, { key: 'b' }] });
  await t.master.buckets.delete({ ...eve, ...called(bucket) });
  await quota({});
  expect(used()).toEqual({ ...before, buckets: before.buckets - 1 });
});
