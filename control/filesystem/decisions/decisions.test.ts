import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Grants } from './grants.ts';
import { Orphans } from './orphans.ts';
import { choosePlacement } from './placement.ts';
import { hasWriteQuorum } from './quorum.ts';
import { rankReplicas } from './rank-replicas.ts';

const servers = fc.uniqueArray(
  fc.record({
    node: fc.stringMatching(/^n[0-9]{1,2}$/),
    zone: fc.constantFrom('a', 'b', 'c'),
    freeBytes: fc.nat(),
    load: fc.nat({ max: 100 }),
  }),
  { selector: ({ node }) => node, maxLength: 8 },
);
const randoms = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

test('replicas go to different nodes, and to as many zones as there are', () => {
  fc.assert(
    fc.property(servers, randoms, (candidates, stream) => {
      const chosen = choosePlacement(candidates, 3, () => stream.next().value ?? 0);
      const zones = new Set(candidates.map(({ zone }) => zone));
      expect(chosen.length).toBe(Math.min(3, candidates.length));
      expect(new Set(chosen.map(({ node }) => node)).size).toBe(chosen.length);
      expect(new Set(chosen.map(({ zone }) => zone)).size).toBe(Math.min(chosen.length, zones.size));
    }),
  );
});

test('a disk with more room is chosen more often', () => {
  const candidates = [
    { node: 'small', zone: 'a', freeBytes: 1e9, load: 0 },
    { node: 'large', zone: 'a', freeBytes: 9e9, load: 0 },
  ];
  let step = 0;
  const first = Array.from({ length: 100 }, () => choosePlacement(candidates, 1, () => (step++ + 0.5) / 100)[0]?.node);
  expect(first.filter((node) => node === 'large').length).toBe(90);
});

test('a quorum is of different nodes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), (votes) => {
      expect(hasWriteQuorum({ votes })).toBe(new Set(votes).size >= 2);
    }),
  );
});

test('an orphan is due exactly when its grace, counted from the last renewal, is over', () => {
  fc.assert(
    fc.property(fc.nat({ max: 100 }), fc.nat({ max: 100 }), fc.nat({ max: 300 }), (noted, later, now) => {
      const orphans = new Orphans(50);
      orphans.note('c', noted);
      orphans.renew('c', noted + later);
      orphans.note('c', noted + later + 1);
      expect(orphans.due(now, 10)).toEqual(now - noted - later >= 50 ? ['c'] : []);
    }),
  );
});

test('grants are bounded, the oldest go first', () => {
  const grants = new Grants(2);
  for (const chunk of ['a', 'b', 'c']) grants.give(chunk, 10);
  expect(['a', 'b', 'c'].map((chunk) => grants.isValid(chunk, 9))).toEqual([false, true, true]);
  expect(grants.isValid('c', 10)).toBe(false);
});

test('readers are sent to replicas that are long enough, damaged and suspect ones last', () => {
  const base = { length: 10, isDamaged: false, isSuspect: false, load: 0 };
  const ranked = rankReplicas(
    [
      { ...base, node: 'damaged', isDamaged: true },
      { ...base, node: 'suspect', isSuspect: true },
      { ...base, node: 'short', length: 9 },
      { ...base, node: 'busy', load: 5 },
      { ...base, node: 'idle' },
    ],
    10,
  );
  expect(ranked.map(({ node }) => node)).toEqual(['idle', 'busy', 'suspect', 'damaged']);
});
