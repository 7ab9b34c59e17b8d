import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../common/clock/index.ts';
import { PreconditionFailed, toProblem, Unavailable } from '../../../common/errors/index.ts';
import type { Answer, Committed, FoundObject } from '../../../common/filesystem/index.ts';
import { type CommitItem, commitSafely } from './commit-safely.ts';

const PATIENCE_MS = 30_000;

function item(key: string, ifNoneMatch?: '*', offset = 0): CommitItem {
  const extents = [{ chunk: '0197f0c0-0000-7000-8000-000000000001', offset, length: 5, crc32c: 7 }];
  return {
    requestId: 'req_1',
    credential: { kind: 'anonymous' },
    name: { namespace: 'team', bucket: 'files', key },
    content: { size: 5, etag: `etag-of-${key}`, contentType: 'text/plain', headers: {}, extents },
    chunks: [],
    preconditions: ifNoneMatch ? { ifNoneMatch } : {},
  };
}

/** A master that keeps objects by key, and whose answers to the first `lost` commits never arrive. */
function masterThat(options: { lost: number; applies: boolean }) {
  const clock = new ManualClock();
  const objects = new Map<string, CommitItem>();
  const commits: string[][] = [];
  let lost = options.lost;
  const take = (one: CommitItem): Answer<Committed> => {
    const { key } = one.name;
    const created = !objects.has(key);
    if (!created && one.preconditions.ifNoneMatch === '*') {
      return { ok: false, problem: toProblem(new PreconditionFailed('There is one.')) };
    }
    objects.set(key, one);
    return { ok: true, value: { etag: one.content.etag, modifiedAt: '2026-01-01T00:00:00.000Z', created } };
  };
  const run = (items: CommitItem[]) =>
    commitSafely(
      {
        clock,
        patienceMs: PATIENCE_MS,
        commit: async (open) => {
          commits.push(open.map(({ name }) => name.key));
          const isLost = lost > 0;
          lost -= 1;
          const answers = isLost && !options.applies ? [] : open.map(take);
          if (isLost) throw new Unavailable('The answer was lost.');
          return answers;
        },
        lookup: async (questions) =>
          questions.map(({ name }): Answer<FoundObject> => {
            const found = objects.get(name.key);
            if (!found) return { ok: false, problem: toProblem(new Unavailable('none')) };
            const { content } = found;
            const modifiedAt = '2026-01-01T00:00:00.000Z';
            return { ok: true, value: { name, content, modifiedAt, isPublic: false, replicas: {} } };
          }),
      },
      items,
    );
  return { clock, objects, commits, run };
}

/** Moves the clock until `promise` settles. */
async function settled<Value>(clock: ManualClock, promise: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  let result: PromiseSettledResult<Value> | undefined;
  void Promise.allSettled([promise]).then(([only]) => {
    result = only;
  });
  for (let step = 0; !result && step < 2_000; step += 1) {
    await clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!result) throw new Error('It did not settle within 100 s of the manual clock.');
  return result;
}

describe('a commit', () => {
  test('that is answered is sent once', async () => {
    const master = masterThat({ lost: 0, applies: true });
    const answers = await master.run([item('a'), item('b')]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
    expect(master.commits).toEqual([['a', 'b']]);
  });

  test('that took effect before its answer was lost is recognised, and not refused by its own success', async () => {
    const master = masterThat({ lost: 1, applies: true });
    const result = await settled(master.clock, master.run([item('a', '*')]));
    expect(result).toMatchObject({
      status: 'fulfilled',
      value: [{ ok: true, value: { etag: 'etag-of-a', created: true } }],
    });
    expect(master.commits).toEqual([['a']]);
  });

  test('is not taken for another write of the same bytes', async () => {
    const master = masterThat({ lost: 1, applies: false });
    const other = item('a', undefined, 4096);
    master.objects.set('a', other);
    const result = await settled(master.clock, master.run([item('a', '*')]));
    expect(result).toMatchObject({ status: 'fulfilled', value: [{ ok: false, problem: { status: 412 } }] });
    expect(master.objects.get('a')).toBe(other);
  });

  test('whose bytes rode in it is recognised by all that it was to write', async () => {
    const inline = (one: CommitItem, headers = {}) => ({
      ...one,
      content: { ...one.content, extents: [], inline: Buffer.from('12345'), headers },
    });
    const same = masterThat({ lost: 1, applies: true });
    await settled(same.clock, same.run([inline(item('a'))]));
    expect(same.commits).toHaveLength(1);
    const different = masterThat({ lost: 1, applies: false });
    different.objects.set('a', inline(item('a'), { 'x-meta-colour': 'red' }));
    await settled(different.clock, different.run([inline(item('a'))]));
    expect(different.commits).toHaveLength(2);
  });

  test('that took no effect is sent again', async () => {
    const master = masterThat({ lost: 2, applies: false });
    const result = await settled(master.clock, master.run([item('a'), item('b')]));
    expect(result).toMatchObject({ status: 'fulfilled', value: [{ ok: true }, { ok: true }] });
    expect(master.commits).toHaveLength(3);
    expect([...master.objects.keys()]).toEqual(['a', 'b']);
  });

  test('is refused when another write of that name came first', async () => {
    const master = masterThat({ lost: 0, applies: true });
    await master.run([{ ...item('a'), content: { ...item('a').content, etag: 'other' } }]);
    const [answer] = await master.run([item('a', '*')]);
    expect(answer).toMatchObject({ ok: false, problem: { status: 412 } });
  });

  test('is given up when the master stays away for longer than the patience', async () => {
    const master = masterThat({ lost: Number.POSITIVE_INFINITY, applies: false });
    const before = master.clock.monotonic();
    const result = await settled(master.clock, master.run([item('a')]));
    expect(result.status).toBe('rejected');
    expect(master.clock.monotonic() - before).toBeLessThanOrEqual(PATIENCE_MS + 2_000);
  });
});
