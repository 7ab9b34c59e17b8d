import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Extent } from '../../../common/filesystem/index.ts';
import { physicalLength } from '../../../common/filesystem/index.ts';
import { ownChunk, silent } from '../test-master.ts';
import { command, commitOf, copyOf, deletionOf, nameOf, openTestView, plain } from '../test-view.ts';
import { type FilesystemView, openFilesystemView } from './filesystem-view.ts';

const commit = commitOf;
const remove = (key: string, at?: number) => deletionOf([{ key }], at);
const withExtent = (etag: string, extent: Extent) => plain(etag, { size: extent.length, extents: [extent] });

describe('the filesystem view', () => {
  test('of two commits in one entry that expect no object, one wins', async () => {
    await using t = await openTestView();
    const only = { ifNoneMatch: '*' };
    const outcomes = await t.apply(commit('k', plain('a'), [], only), commit('k', plain('b'), [], only));
    expect(outcomes).toMatchObject([{ ok: true }, { ok: false, error: { status: 412 } }]);
    expect(t.view.object(1, 'k')?.content.etag).toBe('a');
    expect(await t.apply(commit('k', plain('c'), [], { ifMatch: '"a"' }))).toMatchObject([{ ok: true }]);
  });

  test('a refused command leaves no trace, also where it failed half way', async () => {
    await using t = await openTestView();
    const [good, bad] = [ownChunk(10), ownChunk(10)];
    const content = plain('x', { size: 20, extents: [good.extent, bad.extent] });
    const outcomes = await t.apply(commit('k', content, [good.written]), commit('l', plain('y')));
    expect(outcomes).toMatchObject([{ ok: false, error: { code: 'too-few-votes' } }, { ok: true }]);
    expect(t.view.chunk(good.written.chunk)).toBeUndefined();
    expect(t.view.totals()).toMatchObject({ objects: 1, chunks: 0 });
  });

  test('sizes that do not fit their extents are refused', async () => {
    await using t = await openTestView();
    const { extent, written } = ownChunk(10);
    const outcomes = await t.apply(
      commit('k', plain('x', { size: 11, extents: [extent] }), [written]),
      commit('k', withExtent('x', extent), [{ ...written, length: 12 }]),
    );
    expect(outcomes.map((outcome) => !outcome.ok && outcome.error.code)).toEqual(['invalid-length', 'invalid-length']);
  });

  test('copies share extents; the last one to go leaves the chunk idle, then a tombstone, then nothing', async () => {
    await using t = await openTestView();
    const { extent, written } = ownChunk(10);
    const copy = copyOf('k', 'copy');
    await t.apply(commit('k', withExtent('x', extent), [written]), command('object.copy', copy));
    const live = 2 * physicalLength(10);
    expect(t.view.chunk(written.chunk)).toMatchObject({ references: 2, liveBytes: live });
    await t.apply(command('object.move', { ...copy, to: nameOf('moved') }));
    await t.apply(remove('copy'));
    expect(t.view.idleChunks(5000, 10)).toEqual([]);
    await t.apply(remove('moved', 2000));
    expect(t.view.idleChunks(1999, 10)).toEqual([]);
    expect(t.view.idleChunks(2000, 10)).toEqual([written.chunk]);
    await t.apply(command('chunk.condemn', { chunks: [written.chunk] }, 3000));
    expect(await t.apply(commit('k', withExtent('x', extent), [written]))).toMatchObject([
      { ok: false, error: { code: 'chunk-condemned' } },
    ]);
    await t.apply(command('chunk.forget', { chunks: [written.chunk] }));
    expect(t.view.totals()).toMatchObject({ chunks: 0, liveBytes: 0, chunkBytes: 0, objects: 0, logicalBytes: 0 });
  });

  test('only an empty bucket is deleted, and one of the same name begins empty and without its shares', async () => {
    await using t = await openTestView();
    await t.apply(commit('k', plain('a')));
    const tokenHash = new Uint8Array(32).fill(1);
    await t.apply(command('share.create', { id: 's1', tokenHash, name: nameOf('k'), expiresAtMs: 9e12 }));
    const drop = command('bucket.delete', { namespace: 'ada', name: 'photos' });
    expect(await t.apply(drop)).toMatchObject([{ ok: false, error: { code: 'bucket-not-empty' } }]);
    await t.apply(remove('k'), drop);
    await t.apply(command('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'public' }));
    expect(t.view.bucket('ada', 'photos')).toMatchObject({ id: 2, objects: 0, visibility: 'public' });
    expect(t.view.shareByToken(tokenHash)?.bucketId).toBe(1);
    await t.apply(command('share.revoke', { id: 's1' }));
    expect(t.view.shareByToken(tokenHash)).toBeUndefined();
    expect(t.view.shares('ada', 10)).toEqual([]);
  });

  test('a snapshot restored elsewhere is the same view', async () => {
    await using t = await openTestView();
    await t.apply(...Array.from({ length: 100 }, (_, index) => commit(`k${index}`, plain(`e${index}`))));
    await t.view.snapshot(`${t.folder}/snapshot`);
    await using other = await openTestView();
    await other.view.restore(`${t.folder}/snapshot`);
    expect(other.view.appliedHeight()).toBe(t.view.appliedHeight());
    const all = (view: FilesystemView) => view.list({ bucketId: 1, prefix: '', delimiter: '', limit: 1000 });
    expect(all(other.view)).toEqual(all(t.view));
  });

  test('after a power cut it is set aside and begins at height 0', async () => {
    await using t = await openTestView();
    await t.view[Symbol.asyncDispose]();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${t.folder}/last-use`, 'another-boot');
    await using again = await openFilesystemView({ folder: t.folder, logger: silent });
    expect(again.appliedHeight()).toBe(0);
    expect(again.bucket('ada', 'photos')).toBeUndefined();
  });

  test('whatever is committed, deleted, copied and moved, listings are those of a simple model', async () => {
    const key = fc.stringMatching(/^[ab/é]{1,5}$/);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('commit' as const), key }),
      fc.record({ kind: fc.constant('delete' as const), key }),
      fc.record({ kind: fc.constantFrom('copy' as const, 'move' as const), key, to: key }),
    );
    const query = fc.record({
      prefix: fc.stringMatching(/^[ab/é]{0,2}$/),
      delimiter: fc.constantFrom('', '/'),
      limit: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), query, async (steps, { prefix, delimiter, limit }) => {
        await using t = await openTestView();
        const model = new Set<string>();
        for (const each of steps) {
          if (each.kind === 'commit') {
            const { extent, written } = ownChunk(10);
            await t.apply(commit(each.key, withExtent('x', extent), [written]));
            model.add(each.key);
          } else if (each.kind === 'delete') {
            await t.apply(remove(each.key));
            model.delete(each.key);
          } else {
            const [outcome] = await t.apply(command(`object.${each.kind}`, copyOf(each.key, each.to)));
            const isPossible = model.has(each.key) && (each.kind === 'copy' || each.key !== each.to);
            expect(outcome?.ok).toBe(isPossible);
            if (isPossible) model.add(each.to);
            if (isPossible && each.kind === 'move') model.delete(each.key);
          }
        }
        const found: string[] = [];
        let from: Buffer | undefined;
        do {
          const page = t.view.list({ bucketId: 1, prefix, delimiter, limit, ...(from && { from }) });
          expect(page.items.length + page.prefixes.length).toBeLessThanOrEqual(limit);
          found.push(...page.items.map((item) => item.key), ...page.prefixes);
          from = page.next;
        } while (from);
        expect(found.sort()).toEqual(expectedListing(model, prefix, delimiter));
        expect(t.view.totals().objects).toBe(model.size);
        const references = t.view.chunksAfter(undefined, 1000).reduce((sum, { record }) => sum + record.references, 0);
        expect(references).toBe(model.size);
      }),
      { numRuns: 25 },
    );
  });
});

/** Each key, or what it has up to the first delimiter behind the prefix, once. */
function expectedListing(keys: Iterable<string>, prefix: string, delimiter: string): string[] {
  const names = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    names.add(at < 0 ? key : key.slice(0, at + delimiter.length));
  }
  return [...names].sort();
}
