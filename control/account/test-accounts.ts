/** Accounts over real records and a log that applies at once, for tests; time is set by hand. */
import { ManualClock } from '../../common/clock/index.ts';
import { systemRandom } from '../../common/ids/index.ts';
import { encodeCbor } from '../../common/internal/index.ts';
import { createApi, openApiApp } from '../api/index.ts';
import type { Command, CommandLog } from '../log/index.ts';
import { type Records, SqlView } from '../records/index.ts';
import { silentLogger, TestRecordsPlace } from '../records/test-records.ts';
import { accountAppliers } from './account-appliers.ts';
import { AccountChanges } from './account-changes.ts';
import { accountRoutes } from './account-routes.ts';
import { Accounts } from './accounts.ts';
import type { By } from './by.ts';
import type { PasswordCost } from './password-hash.ts';
import { SecretBox } from './secret-box.ts';
import type { Grant } from './sessions.ts';

export const CHEAP: PasswordCost = { algorithm: 'argon2id', memoryKiB: 64, passes: 1, parallelism: 1 };
export const SYSTEM_BY: By = { actor: { kind: 'system', id: 'test' }, requestId: 'test' };

/** One entry a command, applied before it is answered. */
class ImmediateLog implements Pick<CommandLog, 'append'> {
  readonly commands: Command[] = [];
  readonly #view: SqlView;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(view: SqlView) {
    this.#view = view;
  }

  async append<Value>(command: Command): Promise<{ height: number; value: Value }> {
    const turn = this.#turn.then(async () => {
      this.commands.push(command);
      const height = this.#view.appliedHeight() + 1;
      const [outcome] = await this.#view.apply(height, [command]);
      if (!outcome) throw new Error('A command without an outcome.');
      return { height, outcome };
    });
    this.#turn = turn.catch(() => {});
    const { height, outcome } = await turn;
    if (!outcome.ok) throw outcome.error;
    return { height, value: outcome.value as Value };
  }

  /** All that was logged, as bytes: for looking for what must not be there. */
  get bytes(): Buffer {
    return encodeCbor(this.commands);
  }
}

export class TestBramble implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly records: Records;
  readonly log: ImmediateLog;
  readonly view: SqlView;
  readonly accounts: Accounts;
  readonly api: { request(path: string, init?: RequestInit): Response | Promise<Response> };
  readonly #place: TestRecordsPlace;

  private constructor(
    place: TestRecordsPlace,
    records: Records,
    view: SqlView,
    log: ImmediateLog,
    clock: ManualClock,
    accounts: Accounts,
    box: SecretBox,
  ) {
    this.#place = place;
    this.records = records;
    this.view = view;
    this.log = log;
    this.clock = clock;
    this.accounts = accounts;
    const probe = openApiApp().get('/api/probe/fail', () => {
      throw new Error('the inside of the inside');
    });
    const routes = openApiApp()
      .route('/', accountRoutes(accounts, { clock, hasBuckets: async (namespace) => namespace === 'full' }))
      .route('/', probe);
    this.api = createApi({
      accounts,
      routes,
      idempotency: { records, clock, run: 'run-1', box },
      bramble: 'test',
      version: '0.0.0',
      processes: () => [{ role: 'control', node: 'node-1', state: 'ready' }],
      clock,
      logger: silentLogger,
    });
  }

  static async start(): Promise<TestBramble> {
    const place = await TestRecordsPlace.create();
    const records = await place.open();
    const clock = new ManualClock();
    const changes = new AccountChanges();
    const view = await SqlView.open({
      records,
      appliers: accountAppliers(changes),
      logIdentity: 'log-1',
      clock,
      logger: silentLogger,
    });
    const log = new ImmediateLog(view);
    const box = new SecretBox(systemRandom.bytes(32), systemRandom);
    const accounts = await Accounts.open({
      records,
      log,
      changes,
      box,
      clock,
      random: systemRandom,
      logger: silentLogger,
      passwordCost: CHEAP,
    });
    return new TestBramble(place, records, view, log, clock, accounts, box);
  }

  /** One request of the public API; a body is sent as JSON. */
  async call(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const response = await this.api.request(path, {
      method,
      headers: {
        'x-request-id': 'request-1',
        'x-forwarded-for': '192.0.2.1',
        ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text.startsWith('{') ? JSON.parse(text) : { text },
      headers: response.headers,
    };
  }

  /** A new user who has chosen a password and is logged in. */
  async person(name: string, isAdministrator = false): Promise<Grant & { password: string; id: string }> {
    const { id, oneTimePassword } = await this.accounts.createUser(name, isAdministrator, SYSTEM_BY);
    const password = `${name}-has-a-password`;
    const by: By = { actor: { kind: 'anonymous', id: 'anonymous', address: '192.0.2.9' }, requestId: 'test' };
    const grant = await this.accounts.sessions.login({ name, password: oneTimePassword, newPassword: password }, by);
    return { ...grant, password, id };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.accounts[Symbol.asyncDispose]();
    await this.records[Symbol.asyncDispose]();
    await this.#place[Symbol.asyncDispose]();
  }
}
