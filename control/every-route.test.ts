/** Every route that control describes: described in full, and given input that no honest client sends, never our fault. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemRandom } from '../common/ids/index.ts';
import { createMetrics } from '../common/metrics/index.ts';
import { accountRoutes } from './account/index.ts';
import { TestBramble } from './account/test-accounts.ts';
import { createApi, openApiApp } from './api/index.ts';
import { Master, storageRoutes } from './filesystem/index.ts';
import { openTestMaster, silent } from './filesystem/test-master.ts';
import { auditRoutes } from './log/index.ts';

const HOSTILE_TEXTS = [
  '',
  '\0',
  'a\0b',
  'é'.repeat(1000),
  'x'.repeat(3000),
  '🫐',
  '..',
  "'; DROP TABLE users; --",
  '%',
  '{}',
  '[1,2]',
  '-1',
  '1e309',
  '9007199254740993',
  '\ud800',
  '__proto__',
  'constructor',
];
const HOSTILE_CURSORS = [
  '"a\0b"',
  '"\\u0000"',
  '"\\ud800"',
  '[1,-1]',
  '[1e300,0]',
  `"${'x'.repeat(2900)}"`,
  '{}',
  'null',
  '""',
].map((json) => Buffer.from(json).toString('base64url'));
const HOSTILE_VALUES = [...HOSTILE_TEXTS, null, 0, -1, 1e308, true, [], {}, { a: { b: 1 } }];

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: 'path' | 'query' | 'header' }[];
  requestBody?: { content: { 'application/json': { schema: { $ref?: string; properties?: object } } } };
  responses: Record<string, { content?: Record<string, unknown> }>;
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: object }> };
}

/** Of entries; how the log is read has tests of its own. */
const NO_LOG = {
  async *readBackwards() {},
  verify: async () => ({ ok: true, entries: 0, head: { height: 0, time: 0, hash: '' }, tornBytes: 0 }),
};

const disposals = new AsyncDisposableStack();
let api: { request(path: string, init?: RequestInit): Response | Promise<Response> };
let token = '';
let description: Description;

beforeAll(async () => {
  const bramble = disposals.use(await TestBramble.start());
  const { accounts, clock, records } = bramble;
  const store = disposals.use(await openTestMaster());
  const master = disposals.use(
    await Master.start({
      ...{ view: store.view, log: store.log, clock, random: systemRandom, permissions: accounts, logger: silent },
      metrics: createMetrics('test'),
    }),
  );
  api = createApi({
    accounts,
    routes: openApiApp()
      .route('/api/audit', auditRoutes({ log: NO_LOG, requireAdministrator: () => undefined }))
      .route('/', accountRoutes(accounts, { clock, hasBuckets: async () => false }))
      .route('/', storageRoutes(master)),
    idempotency: { records, clock, run: 'run', box: { seal: (secret) => secret, open: (box) => box } },
    bramble: 'test',
    version: '0.0.0',
    processes: () => [],
    clock,
    logger: silent,
  });
  token = (await bramble.person('ada', true)).accessToken;
  await send('POST', '/api/storage/buckets', { namespace: 'ada', name: 'photos' });
  description = (await (await api.request('/openapi.json')).json()) as Description;
});

afterAll(() => disposals.disposeAsync());

async function send(method: string, path: string, body?: unknown) {
  return await api.request(path, {
    method: method.toUpperCase(),
    headers: {
      authorization: `Bearer ${token}`,
      'x-request-id': 'r',
      'x-forwarded-for': '192.0.2.1',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

function operations(): { method: string; path: string; operation: Operation }[] {
  return Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
}

/** The path with what is there for its parameters, except for those that are given. */
function fill(path: string, values: Record<string, string> = {}): string {
  const known: Record<string, string> = { ns: 'ada', bucket: 'photos', ...values };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encode(known[name] ?? 'nothing'));
}

/** As a hostile client would: what `encodeURIComponent` refuses becomes bytes that are no UTF-8. */
function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80';
}

/** What is sent is so odd that hardly anything accepts it; whatever does must do so without a failure. */
async function expectNoFailure(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await send(method, path, body);
  const text = await answer.text();
  const what = `${method} ${path.slice(0, 200)} ${JSON.stringify(body)?.slice(0, 200) ?? ''}: ${answer.status} ${text.slice(0, 300)}`;
  expect(answer.status, what).toBeLessThan(500);
  if (answer.status >= 400) expect(answer.headers.get('content-type'), what).toBe('application/problem+json');
}

test('every operation is described: its parameters, answers, problems, and no reference to nothing', async () => {
  const text = JSON.stringify(description);
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    expect(Object.keys(description.components.schemas)).toContain(name);
  }
  expect(operations().length).toBeGreaterThan(40);
  for (const { method, path, operation } of operations()) {
    const what = `${method} ${path}`;
    const { default: problem, ...answers } = operation.responses;
    expect(Object.keys(problem?.content ?? {}), what).toEqual(['application/problem+json']);
    expect(Object.keys(answers).length, what).toBeGreaterThan(0);
    for (const status of Object.keys(answers)) expect(status, what).toMatch(/^2\d\d$/);
    expect(operation.summary, what).toBeTruthy();
    expect(operation.tags, what).toHaveLength(1);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters = operation.parameters ?? [];
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(inPath.sort(), what).toEqual(named.sort());
    if (operation.requestBody) expect(operation.requestBody.content['application/json'].schema, what).toBeTruthy();
  }
});

test('hostile pieces of paths', async () => {
  for (const { method, path } of operations()) {
    for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
      for (const text of HOSTILE_TEXTS) await expectNoFailure(method, fill(path, { [name]: text }));
    }
  }
});

test('hostile queries and cursors', async () => {
  for (const { method, path, operation } of operations()) {
    const names = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    for (const name of names) {
      for (const text of name === 'cursor' ? [...HOSTILE_CURSORS, ...HOSTILE_TEXTS] : HOSTILE_TEXTS) {
        const others = names.includes('namespace') && name !== 'namespace' ? 'namespace=ada&' : '';
        await expectNoFailure(method, `${fill(path)}?${others}${name}=${encode(text)}`);
      }
    }
  }
});

test('hostile bodies: each field in turn, and wholes that are no JSON', async () => {
  for (const { method, path, operation } of operations()) {
    const schema = operation.requestBody?.content['application/json'].schema;
    if (!schema) continue;
    const name = schema.$ref?.split('/').at(-1) ?? '';
    const fields = Object.keys(schema.properties ?? description.components.schemas[name]?.properties ?? {});
    const base: Record<string, unknown> = {
      namespace: 'ada',
      bucket: 'photos',
      key: 'k',
      name: 'other',
      scopes: ['*'],
    };
    const honest = Object.fromEntries(fields.flatMap((field) => (field in base ? [[field, base[field]]] : [])));
    for (const field of fields) {
      for (const value of HOSTILE_VALUES) await expectNoFailure(method, fill(path), { ...honest, [field]: value });
    }
    for (const whole of ['', '{', '[]', 'null', '"x"', '{"a":1,"a":2}', '['.repeat(50_000), '\0', '{"__proto__":{}}']) {
      await expectNoFailure(method, fill(path), whole);
    }
  }
});

test('names of objects with hostile parts are refused in copies, moves and shares', async () => {
  const name = { namespace: 'ada', bucket: 'photos', key: 'k' };
  for (const field of ['namespace', 'bucket', 'key']) {
    for (const value of HOSTILE_VALUES) {
      const odd = { ...name, [field]: value };
      for (const path of ['/api/storage/copy', '/api/storage/move']) {
        await expectNoFailure('post', path, { from: odd, to: name });
        await expectNoFailure('post', path, { from: name, to: odd });
      }
      await expectNoFailure('post', '/api/storage/shares', odd);
    }
  }
});
