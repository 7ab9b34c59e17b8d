import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHECKSUM_ALGORITHMS } from '../../../../common/filesystem/index.ts';
import { BodyDigests, type DigestName, type DigestRun, type Digests } from './body-digests.ts';
import { LANE_BYTES } from './digest-messages.ts';
import { DigestThread } from './digest-thread.ts';

const ALL: DigestName[] = ['MD5', ...CHECKSUM_ALGORITHMS];
const LARGE = 8 * 1024 * 1024;
const BYTES = randomBytes(3 * LANE_BYTES);

async function digest(run: DigestRun, pieces: readonly Buffer[]): Promise<Digests> {
  for (const piece of pieces) await run.update(piece);
  return await run.finish();
}

function expected(names: DigestName[], pieces: readonly Buffer[]): Digests {
  const digests = new BodyDigests(names);
  for (const piece of pieces) digests.update(piece);
  return digests.finish();
}

describe('the digest thread', () => {
  test('gives the same digests of any pieces', async () => {
    await using thread = new DigestThread({ cores: 2 });
    const pieces = fc.array(fc.tuple(fc.nat(BYTES.length), fc.nat(BYTES.length)), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.subarray(ALL, { minLength: 1 }), async (cuts, names) => {
        const views = cuts.map(([a, b]) => BYTES.subarray(Math.min(a, b), Math.max(a, b)));
        expect(await digest(thread.begin(names, LARGE), views)).toEqual(expected(names, views));
      }),
      { numRuns: 20 },
    );
  });

  test('takes pieces that nobody waited between, in order', async () => {
    await using thread = new DigestThread({ cores: 2 });
    const run = thread.begin(ALL, LARGE);
    const pieces = Array.from({ length: 20 }, (_, n) => BYTES.subarray(n * 1000, n * 40_000));
    const updates = pieces.map((piece) => run.update(piece));
    expect(await run.finish()).toEqual(expected(ALL, pieces));
    await Promise.all(updates);
  });

  test('has more bodies at once than it has lanes, and uses lanes again', async () => {
    await using thread = new DigestThread({ cores: 2 });
    for (let round = 0; round < 2; round += 1) {
      const runs = Array.from({ length: 40 }, (_, n) => {
        const pieces = [BYTES.subarray(n, n + 300_000), BYTES.subarray(0, n * 1000)];
        return { pieces, result: digest(thread.begin(['MD5'], LARGE), pieces) };
      });
      for (const { pieces, result } of runs) expect(await result).toEqual(expected(['MD5'], pieces));
    }
  });

  test('is not asked for small bodies, nor where there is one core', () => {
    expect(new DigestThread({ cores: 2 }).begin(['MD5'], 1024 * 1024)).toBeInstanceOf(BodyDigests);
    expect(new DigestThread({ cores: 1 }).begin(['MD5'], LARGE)).toBeInstanceOf(BodyDigests);
  });

  test('forgets bodies that are abandoned, and what they had sent spoils none that follow', async () => {
    await using thread = new DigestThread({ cores: 2 });
    for (let round = 0; round < 40; round += 1) {
      const run = thread.begin(['MD5'], LARGE);
      const update = run.update(BYTES);
      run.abandon();
      await expect(update).rejects.toThrow('abandoned');
      const pieces = [BYTES.subarray(round)];
      expect(await digest(thread.begin(['MD5'], LARGE), pieces)).toEqual(expected(['MD5'], pieces));
    }
  });

  test('fails the bodies in it when it ends, and digests those after it here', async () => {
    const thread = new DigestThread({ cores: 2 });
    const run = thread.begin(['MD5'], LARGE);
    const update = run.update(BYTES);
    const failed = expect(update).rejects.toThrow('stops');
    await thread[Symbol.asyncDispose]();
    await failed;
    await expect(run.finish()).rejects.toThrow('stops');
    expect(thread.begin(['MD5'], LARGE)).toBeInstanceOf(BodyDigests);
  });
});
