/**
 * Control is killed at 200 seeded random moments under a load of writes and deletes: 60 with the embedded database, which
 * takes longer to start, and 140 with the server. What was acknowledged must be there and whole after every restart,
 * nothing else may be, and the audit chain must verify.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startBramble } from './bramble.ts';
import { seededBytes, seededNumbers, TestClient } from './client.ts';
import { killAndAwaitRestart } from './processes.ts';
import { waitFor } from './wait-for.ts';

const ROUNDS = Number(
  process.env.BRAMBLE_TEST_CRASHES ?? (process.env.BRAMBLE_TEST_DATABASE_URL === undefined ? 60 : 140),
);
const SEED = Number(process.env.BRAMBLE_TEST_SEED ?? 20_261_121);
const WRITERS = 8;
const BUCKET = '/api/storage/objects/admin/crashes';

/** What an object may hold: the version acknowledged last, and those sent since whose answer never came. */
interface Expectation {
  /** SHA-256 in hex; null: there is no object. */
  acknowledged: string | null;
  uncertain: Set<string | null>;
}

const sizes = [0, 100, 1024, 4096, 70_000, 1024 * 1024, 1024 * 1024 + 1, 5_000_000];

test(`control killed ${ROUNDS} times: every acknowledged object is whole, and nothing else is there`, {
  timeout: 900_000,
}, async () => {
  process.stdout.write(`seed ${SEED}\n`);
  const random = seededNumbers(SEED);
  // Killed every second, it would soon be restarted with long delays.
  await using bramble = await startBramble({ env: { BRAMBLE_UP_HEALTHY_AFTER: '0' } });
  const { accessToken } = await bramble.login();
  await using client = new TestClient(bramble, accessToken);
  await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'crashes', visibility: 'private' });
  const expected = new Map<string, Expectation>();

  const writeOne = async (writer: number): Promise<void> => {
    // A writer has keys of its own, so that the order of its writes is known.
    const key = `writer-${writer}/${random() % 40}`;
    const known = expected.get(key) ?? { acknowledged: null, uncertain: new Set() };
    expected.set(key, known);
    const isDelete = random() % 10 === 0;
    const size = sizes[random() % sizes.length] ?? 0;
    const body = seededBytes(random() % 4 === 0 ? size : Math.min(size, 4096), random());
    const version = isDelete ? null : createHash('sha256').update(body).digest('hex');
    known.uncertain.add(version);
    try {
      const answer = await (isDelete
        ? client.send('DELETE', `${BUCKET}/${key}`)
        : client.send('PUT', `${BUCKET}/${key}`, { body }));
      if (answer.status < 300) {
        known.acknowledged = version;
        known.uncertain.clear();
      }
    } catch {
      // No answer: the write may or may not have happened, and stays uncertain.
    }
  };

  const verify = async (keys: Iterable<string>): Promise<void> => {
    for (const key of keys) {
      const { acknowledged, uncertain } = expected.get(key) as Expectation;
      const found = await client.download(`${BUCKET}/${key}`);
      const version = found.sha256 ?? null;
      expect([200, 404], key).toContain(found.status);
      expect([acknowledged, ...uncertain], `${key} holds a version that was sent`).toContain(version);
      // What is there now stays: a later read must see the same.
      expected.set(key, { acknowledged: version, uncertain: new Set() });
    }
  };

  for (let round = 1; round <= ROUNDS; round += 1) {
    let isOver = false;
    const touched = new Set<string>();
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      while (!isOver) {
        await writeOne(writer);
      }
    });
    await delay(random() % 400);
    await killAndAwaitRestart(bramble, 'control');
    isOver = true;
    await Promise.all(writers);
    await waitFor('the bramble is ready again', async () => (await client.send('GET', '/ready')).status === 200);
    for (const [key, { uncertain }] of expected) if (uncertain.size > 0) touched.add(key);
    const all = [...expected.keys()];
    for (let count = 0; count < 10 && all.length > 0; count += 1) touched.add(all[random() % all.length] as string);
    await verify(touched);
    const audit = await client.json<{ ok: boolean }>('POST', '/api/audit/verify', {});
    expect(audit.ok, `the chain after crash ${round}`).toBe(true);
  }

  await verify(expected.keys());
  const present = [...expected].filter(([, { acknowledged }]) => acknowledged !== null).map(([key]) => key);
  expect(await listKeys(client)).toEqual(present.sort());
});

interface Page {
  items: { key: string }[];
  nextCursor: string | null;
}

async function listKeys(client: TestClient): Promise<string[]> {
  const keys: string[] = [];
  let query = '';
  for (;;) {
    const page = await client.json<Page>('GET', `${BUCKET}?limit=100${query}`);
    keys.push(...page.items.map(({ key }) => key));
    if (page.nextCursor === null) return keys.sort();
    query = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}
