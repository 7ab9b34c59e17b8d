import { describe, expect, test } from 'vitest';
import type { BucketSettings, Tags } from '../../../common/filesystem/index.ts';
import { asAda, openTestMaster } from '../test-master.ts';

const DAY_MS = 86_400_000;
const bucket = { ...asAda, namespace: '', bucket: 'photos' };
type Rule = NonNullable<BucketSettings['lifecycle']>[number];

async function withLifecycle(rule: Partial<Rule>, versioning?: 'Enabled') {
  const t = await openTestMaster({ lifecyclePauseMs: 60_000 });
  await t.master.buckets.create({ ...asAda, bucket: 'photos', visibility: 'private' });
  if (versioning) await t.master.buckets.configure({ ...bucket, setting: 'versioning', value: versioning });
  const value: Rule[] = [{ id: 'r', isEnabled: true, hasFilter: true, filter: { prefix: '', tags: {} }, ...rule }];
  await t.master.buckets.configure({ ...bucket, setting: 'lifecycle', value });
  const put = async (key: string, tags: Tags = {}) => {
    const inline = new Uint8Array(1);
    const content = { size: 1, etag: key, contentType: '', headers: {}, inline, extents: [], tags };
    const name = { namespace: '', bucket: 'photos', key };
    const [answer] = await t.master.commit({ items: [{ ...asAda, name, content, chunks: [], preconditions: {} }] });
    expect(answer).toMatchObject({ ok: true });
  };
  /** A whole pass and its end; each round does one page. */
  const pass = async () => {
    t.clock.advance(60_000);
    for (let round = 0; round < 8; round++) await t.master.housekeeping.round();
  };
  const versions = () => t.view.listVersions({ bucketId: 1, prefix: '', delimiter: '', limit: 10_000 }).items;
  return { ...t, put, pass, versions, [Symbol.asyncDispose]: () => t[Symbol.asyncDispose]() };
}

describe('a lifecycle', () => {
  test('expires what is old, page after page, and leaves what is young and what other filters mean', async () => {
    await using t = await withLifecycle({ expiration: { days: 1 }, filter: { prefix: 'tmp/', tags: { keep: 'no' } } });
    for (let n = 0; n < 1_100; n++) await t.put(`tmp/${n}`, { keep: 'no' });
    await t.put('tmp/other', { keep: 'yes' });
    await t.put('kept', { keep: 'no' });
    await t.pass();
    expect(t.versions()).toHaveLength(1_102);
    t.clock.advance(2 * DAY_MS);
    await t.put('tmp/young', { keep: 'no' });
    await t.pass();
    expect(t.versions().map(({ key }) => key)).toEqual(['kept', 'tmp/other', 'tmp/young']);
    // One page a round: the work is spread.
    expect(t.log.entries.flat().filter(({ type }) => type === 'object.delete')).toHaveLength(2);
  });

  test('where versions are kept, makes markers, removes noncurrent ones beyond their number, and markers that hide nothing', async () => {
    await using t = await withLifecycle(
      { expiration: { days: 10 }, noncurrentExpiration: { days: 1, newerVersions: 1 } },
      'Enabled',
    );
    for (let n = 0; n < 4; n++) await t.put('a');
    t.clock.advance(3 * DAY_MS);
    await t.pass();
    expect(t.versions()).toHaveLength(2);
    expect(t.versions()[0]).toMatchObject({ isLatest: true });
    t.clock.advance(10 * DAY_MS);
    await t.pass();
    // A marker on top, which is new; one noncurrent version is kept by number, the other goes in its time.
    expect(t.versions().map(({ version }) => version.content === null)).toEqual([true, false, false]);
    t.clock.advance(3 * DAY_MS);
    await t.pass();
    expect(t.versions().map(({ version }) => version.content === null)).toEqual([true, false]);
    await t.master.buckets.configure({
      ...bucket,
      setting: 'lifecycle',
      value: [
        {
          id: 'r',
          isEnabled: true,
          hasFilter: true,
          filter: { prefix: '', tags: {} },
          expiration: { expiredDeleteMarker: true },
          noncurrentExpiration: { days: 1 },
        },
      ],
    });
    await t.pass();
    await t.pass();
    expect(t.versions()).toEqual([]);
    expect(t.view.bucket('ada', 'photos')).toMatchObject({ objects: 0, bytes: 0 });
  });

  test('ends uploads that nobody completes', async () => {
    await using t = await withLifecycle({ abortUploadAfterDays: 1, filter: { prefix: 'tmp/', tags: {} } });
    const begin = (key: string) =>
      t.master.multipart.begin({
        ...asAda,
        name: { namespace: '', bucket: 'photos', key },
        contentType: '',
        headers: {},
      });
    await begin('tmp/a');
    await begin('b');
    const uploads = () => t.view.listMultiparts({ bucketId: 1, prefix: '', delimiter: '', limit: 10 }).uploads;
    await t.pass();
    expect(uploads()).toHaveLength(2);
    t.clock.advance(2 * DAY_MS);
    await t.pass();
    expect(uploads().map(({ name }) => name.key)).toEqual(['b']);
  });
});
