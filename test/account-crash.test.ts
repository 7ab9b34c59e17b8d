/**
 * Control is killed at seeded random moments under account commands. Tokens whose creation was acknowledged are there
 * after the restart, once and usable; those whose deletion was acknowledged are gone; what was never sent is not there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startBramble } from './bramble.ts';
import { seededNumbers, TestClient } from './client.ts';
import { killAndAwaitRestart } from './processes.ts';
import { waitFor } from './wait-for.ts';

const ROUNDS = Number(process.env.BRAMBLE_TEST_ACCOUNT_CRASHES ?? 10);
const SEED = Number(process.env.BRAMBLE_TEST_SEED ?? 20_261_121);
const WRITERS = 4;

interface Token {
  id: string;
  name: string;
}

/** What is known of the token of a name, which is used once. */
interface Expectation {
  /** Both maybe: the answer never came. */
  mayExist: boolean;
  mayBeMissing: boolean;
  id?: string;
  secret?: string;
}

test(`control killed ${ROUNDS} times: acknowledged account commands are there once, and no others`, {
  timeout: 300_000,
}, async () => {
  process.stdout.write(`seed ${SEED}\n`);
  const random = seededNumbers(SEED);
  // Restarted at once: dying often is what this is about.
  await using bramble = await startBramble({ env: { BRAMBLE_UP_HEALTHY_AFTER: '0' } });
  await using client = new TestClient(bramble, (await bramble.login()).accessToken);
  const expected = new Map<string, Expectation>();
  let names = 0;

  const create = async (): Promise<void> => {
    names += 1;
    const name = `token ${names}`;
    const known: Expectation = { mayExist: true, mayBeMissing: true };
    expected.set(name, known);
    const answer = await client.send('POST', '/api/account/tokens', { body: { name, scopes: ['storage:read'] } });
    if (answer.status !== 201) return;
    const made = JSON.parse(answer.body.toString('utf8')) as { id: string; token: string };
    Object.assign(known, { mayBeMissing: false, id: made.id, secret: made.token });
  };
  const remove = async (): Promise<void> => {
    const present = [...expected.values()].filter(({ id, mayBeMissing }) => id !== undefined && !mayBeMissing);
    const known = present[random() % Math.max(1, present.length)];
    if (!known) return;
    known.mayBeMissing = true;
    const answer = await client.send('DELETE', `/api/account/tokens/${known.id}`);
    if (answer.status === 204) known.mayExist = false;
  };

  const verify = async (round: number): Promise<void> => {
    const tokens = await listTokens(client);
    expect(new Set(tokens.map(({ name }) => name)).size, `no token twice after crash ${round}`).toBe(tokens.length);
    const byName = new Map(tokens.map((token) => [token.name, token]));
    for (const name of byName.keys()) expect(expected.has(name), `${name} was sent`).toBe(true);
    for (const [name, known] of expected) {
      const found = byName.get(name);
      expect([known.mayExist && 'there', known.mayBeMissing && 'missing'], `${name} after crash ${round}`).toContain(
        found ? 'there' : 'missing',
      );
      if (known.id !== undefined && found) expect(found.id).toBe(known.id);
      // What is so now stays so.
      Object.assign(known, { mayExist: found !== undefined, mayBeMissing: found === undefined });
      if (found) known.id ??= found.id;
    }
    const usable = [...expected.values()].filter(({ mayExist, secret }) => mayExist && secret !== undefined).at(-1);
    if (usable) expect(await statusOfMe(bramble, usable.secret)).toBe(200);
    const revoked = [...expected.values()].filter(({ mayExist, secret }) => !mayExist && secret !== undefined).at(-1);
    if (revoked) expect(await statusOfMe(bramble, revoked.secret)).toBe(401);
  };

  for (let round = 1; round <= ROUNDS; round += 1) {
    let isOver = false;
    const writers = Array.from({ length: WRITERS }, async () => {
      while (!isOver) {
        // Without an answer it is uncertain, and stays noted as such.
        await (random() % 3 === 0 ? remove() : create()).catch((error: NodeJS.ErrnoException) => {
          if (error.code === undefined) throw error;
        });
      }
    });
    await delay(random() % 400);
    await killAndAwaitRestart(bramble, 'control');
    isOver = true;
    await Promise.all(writers);
    await waitFor('the bramble is ready again', async () => (await client.send('GET', '/ready')).status === 200);
    await verify(round);
    const audit = await client.json<{ ok: boolean }>('POST', '/api/audit/verify', {});
    expect(audit.ok, `the chain after crash ${round}`).toBe(true);
  }
  const acknowledged = [...expected.values()].filter(({ id }) => id !== undefined);
  expect(acknowledged.length).toBeGreaterThan(ROUNDS);
});

async function statusOfMe(bramble: { url: string; caFile: string }, token: string | undefined): Promise<number> {
  await using client = new TestClient(bramble, token);
  return (await client.send('GET', '/api/account/me')).status;
}

async function listTokens(client: TestClient): Promise<Token[]> {
  const tokens: Token[] = [];
  let cursor = '';
  for (;;) {
    const page = await client.json<{ items: Token[]; nextCursor: string | null }>(
      'GET',
      `/api/account/tokens?limit=100${cursor}`,
    );
    tokens.push(...page.items);
    if (page.nextCursor === null) return tokens;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}
