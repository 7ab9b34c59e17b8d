/**
 * `Idempotency-Key`: a write that is sent again with the same key and body is answered as the first time, for 24 hours,
 * and not done again. Answers are encrypted at rest, as some show a secret once.
 */
import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Clock } from '../../common/clock/index.ts';
import { Conflict, InvalidInput, TooManyRequests, Unprocessable } from '../../common/errors/index.ts';
import { decodeCbor, encodeCbor } from '../../common/internal/index.ts';
import type { ApiEnv } from './open-api-app.ts';

const LIFE_MS = 24 * 3_600_000;
/** Answers kept, at most; when there are more, requests with a key are refused until some have expired. */
const ROWS = 50_000;
const KEY = /^[\x21-\x7e]{1,255}$/;
const METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Logging in anew must give a new session, and refresh tokens have a rule of their own. */
const EXEMPT = /^\/api\/account\/(login|refresh|logout)$/;
const KEPT_HEADERS = ['content-type', 'etag', 'location', 'cache-control'];
/** How many requests pass between two looks for expired answers. */
const SWEEP_EVERY = 256;

interface StoredAnswer {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

/** Of the records: their own door is not named here, since what stands behind it has routes of its own. */
interface Sql {
  query<Row = Record<string, unknown>>(
    text: string,
    parameters?: readonly (Uint8Array | string | Date)[],
  ): Promise<Row[]>;
}

export interface IdempotencyOptions {
  records: Sql;
  clock: Clock;
  /** Tells this run of the process from others: a request that a dead run left unfinished may be done again. */
  run: string;
  box: { seal(secret: Uint8Array, context: string): Uint8Array; open(box: Uint8Array, context: string): Uint8Array };
}

export function idempotency(options: IdempotencyOptions): MiddlewareHandler<ApiEnv> {
  const { clock, records, run } = options;
  let requests = 0;
  return async (c, next) => {
    const key = c.req.header('idempotency-key');
    if (key === undefined || !METHODS.has(c.req.method) || EXEMPT.test(c.req.path)) return await next();
    if (!KEY.test(key)) {
      throw new InvalidInput('Idempotency-Key must be 1 to 255 printable ASCII characters.', {
        fields: { 'Idempotency-Key': 'is not of that form' },
      });
    }
    const body = Buffer.from(await c.req.arrayBuffer());
    const { principal, address } = c.var;
    const url = new URL(c.req.url);
    const who = principal.userId ?? address;
    const id = sha256(JSON.stringify([who, c.req.method, url.pathname + url.search, key]));
    const bodyHash = sha256(body);
    if (requests++ % SWEEP_EVERY === 0) await sweep(records, clock.now());
    const earlier = await begin(options, id, bodyHash);
    if (earlier) return replay(earlier);
    try {
      await next();
    } catch (error) {
      await forget(records, id, run);
      throw error;
    }
    if (!isKept(c.res.status)) return await forget(records, id, run);
    const answer = await readAnswer(c.res);
    c.res = replay(answer);
    await records.query('UPDATE bramble_local.idempotency SET answer = $2 WHERE id = $1 AND run = $3', [
      id,
      options.box.seal(encodeCbor(answer), contextOf(id)),
      run,
    ]);
  };
}

/** The answer that was given before, or undefined when the request is to be done now. */
async function begin(
  { box, clock, records, run }: IdempotencyOptions,
  id: Uint8Array,
  bodyHash: Uint8Array,
): Promise<StoredAnswer | undefined> {
  const expiresAt = new Date(clock.now() + LIFE_MS);
  const inserted = await records.query(
    `INSERT INTO bramble_local.idempotency (id, body_hash, run, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET body_hash = excluded.body_hash, run = excluded.run, answer = NULL,
       expires_at = excluded.expires_at
     WHERE idempotency.expires_at <= $5 OR (idempotency.answer IS NULL AND idempotency.run <> excluded.run)
     RETURNING id`,
    [id, bodyHash, run, expiresAt, new Date(clock.now())],
  );
  if (inserted.length > 0) return undefined;
  const [row] = await records.query<{ body_hash: Uint8Array; answer: Uint8Array | null }>(
    'SELECT body_hash, answer FROM bramble_local.idempotency WHERE id = $1',
    [id],
  );
  if (row && !Buffer.from(row.body_hash).equals(bodyHash)) {
    throw new Unprocessable('The Idempotency-Key was used with another body; use a new key for a new request.', {
      code: 'idempotency-key-reused',
    });
  }
  if (!row?.answer) {
    throw new Conflict('The request with this Idempotency-Key is still running; ask again in a moment.', {
      code: 'idempotency-in-progress',
      retryAfterSeconds: 1,
    });
  }
  return decodeCbor(box.open(row.answer, contextOf(id))) as StoredAnswer;
}

async function forget(records: Sql, id: Uint8Array, run: string): Promise<void> {
  await records.query('DELETE FROM bramble_local.idempotency WHERE id = $1 AND run = $2 AND answer IS NULL', [id, run]);
}

/** @throws TooManyRequests when there is no room for another answer. */
async function sweep(records: Sql, now: number): Promise<void> {
  await records.query('DELETE FROM bramble_local.idempotency WHERE expires_at <= $1', [new Date(now)]);
  const [row] = await records.query<{ count: number }>('SELECT count(*) AS count FROM bramble_local.idempotency');
  if ((row?.count ?? 0) < ROWS) return;
  throw new TooManyRequests('Too many Idempotency-Keys are in use; send fewer, or none, for a while.', {
    code: 'too-many-idempotency-keys',
    retryAfterSeconds: 600,
  });
}

/** A failure on our side, and a refusal that may be gone in a moment, are no answers to hold on to for a day. */
function isKept(status: number): boolean {
  return status < 500 && ![401, 403, 429].includes(status);
}

async function readAnswer(response: Response): Promise<StoredAnswer> {
  return {
    status: response.status,
    headers: [...response.headers].filter(([name]) => KEPT_HEADERS.includes(name)),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

function replay({ status, headers, body }: StoredAnswer): Response {
  return new Response(body.length === 0 ? null : (body as Uint8Array<ArrayBuffer>), { status, headers });
}

function contextOf(id: Uint8Array): string {
  return `idempotency ${Buffer.from(id).toString('hex')}`;
}

function sha256(content: string | Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(content).digest());
}
