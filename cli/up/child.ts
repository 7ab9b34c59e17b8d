/** One process under the supervisor: spawned, watched, started again when it dies, ended when asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../../common/clock/index.ts';
import { Unavailable } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { SupervisorMessage } from '../../common/process/index.ts';
import { deathsInARow, restartDelayMs } from './restart-delay.ts';

export interface ChildCommand {
  name: string;
  /** What Node is started with: flags, then the entry point. */
  args: string[];
  /** The whole environment. */
  env: Record<string, string | undefined>;
  folder: string;
}

export interface ChildOptions {
  clock: Clock;
  logger: Logger;
  /** How long it may take to be ready. */
  startTimeoutMs: number;
  /** Having run for so long, its next death counts as its first. */
  healthyAfterMs: number;
  /** Takes what it prints, in order; waited for, so that nothing piles up. */
  output(name: string, bytes: Uint8Array): Promise<void>;
  /** A line for the person at the terminal. */
  notice(line: string): void;
  started(name: string, pid: number): Promise<void>;
}

/** The end of what a process said on standard error, kept to explain why it would not start. */
const LAST_WORDS_BYTES = 4_096;
/** The exit code of `runProcess` for a start that is refused: trying again would change nothing. */
const REFUSED = 1;

type Exit = { code: number | null; signal: NodeJS.Signals | null };

export class Child {
  readonly name: string;
  readonly #command: ChildCommand;
  readonly #options: ChildOptions;
  readonly #firstReady = Promise.withResolvers<Record<string, string>>();
  readonly #identities = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  #process: ChildProcess | undefined;
  #life: Promise<void> | undefined;
  #wasReady = false;
  #isReadyNow = false;
  #lastWords = '';

  constructor(command: ChildCommand, options: ChildOptions) {
    this.name = command.name;
    this.#command = command;
    this.#options = options;
    // Whoever waits for these sees the failure; that nobody waits is no failure of its own.
    this.#firstReady.promise.catch(() => {});
    this.#identities.promise.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Its facts, once it was ready for the first time. Rejects when it refuses to start, or is stopped before. */
  get ready(): Promise<Record<string, string>> {
    return this.#firstReady.promise;
  }

  /** Control has written everyone's identities. */
  get identities(): Promise<void> {
    return this.#identities.promise;
  }

  start(): void {
    this.#life ??= this.#live();
  }

  /** Ends it: SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    const { logger, clock } = this.#options;
    this.#stopping.abort(new Unavailable(`${this.name} was stopped.`));
    this.#process?.kill('SIGTERM');
    using _killer = clock.setTimer(graceMs, () => {
      logger.warn({ child: this.name, graceMs }, 'did not stop in time; killed');
      this.kill();
    });
    await this.#life;
  }

  kill(): void {
    this.#stopping.abort(new Unavailable(`${this.name} was stopped.`));
    this.#process?.kill('SIGKILL');
  }

  async #live(): Promise<void> {
    const { clock, logger, notice, healthyAfterMs } = this.#options;
    const { signal } = this.#stopping;
    let deaths = 0;
    while (!signal.aborted) {
      const began = clock.monotonic();
      const exit = await this.#runOnce();
      if (signal.aborted) break;
      if (!this.#wasReady && exit.code === REFUSED) {
        const words = this.#lastWords.trim().replace(/^bramble /, '');
        this.#fail(new Unavailable(words || `${this.name} ended with exit code 1 and said nothing.`));
        return;
      }
      deaths = deathsInARow(deaths, clock.monotonic() - began, healthyAfterMs);
      const delayMs = restartDelayMs(deaths);
      const how = exit.signal ? `was killed by ${exit.signal}` : `ended with exit code ${exit.code}`;
      logger.error({ child: this.name, ...exit, deaths, delayMs, lastWords: this.#lastWords }, `${this.name} ${how}`);
      const why = this.#lastWords.trim().split('\n').at(-1);
      notice(`${this.name} ${how}; starting it again in ${delayMs} ms${why ? ` (${why})` : ''}`);
      await clock.sleep(delayMs, signal).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    }
    this.#fail(signal.reason);
  }

  async #runOnce(): Promise<Exit> {
    const { clock, logger, startTimeoutMs, notice } = this.#options;
    const { name, args, env, folder } = this.#command;
    this.#lastWords = '';
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in the terminal reaches the supervisor only, which ends them in order.
      detached: true,
    });
    this.#process = child;
    const exited = Promise.withResolvers<Exit>();
    child.once('error', (error) => {
      this.#lastWords = `${name}: ${error.message}`;
      exited.resolve({ code: REFUSED, signal: null });
    });
    child.once('exit', (code, signal) => exited.resolve({ code, signal }));
    child.on('message', (message) => this.#hear(message as SupervisorMessage));
    if (child.pid !== undefined) {
      logger.info({ child: name, childPid: child.pid }, 'started');
      await this.#options.started(name, child.pid);
    }
    const output = Promise.all([this.#drain(child.stdout, false), this.#drain(child.stderr, true)]);
    using _impatience = clock.setTimer(startTimeoutMs, () => {
      if (this.#isReadyNow) return;
      notice(`${name} was not ready after ${startTimeoutMs / 1_000} s; ended`);
      child.kill('SIGKILL');
    });
    const exit = await exited.promise;
    await output;
    this.#process = undefined;
    this.#isReadyNow = false;
    return exit;
  }

  #hear(message: SupervisorMessage): void {
    if (message.kind === 'identities') this.#identities.resolve();
    if (message.kind !== 'ready') return;
    if (this.#wasReady) {
      this.#options.notice(`${this.name} is ready again`);
      this.#options.logger.info({ child: this.name, facts: Object.keys(message.facts) }, 'ready again');
    }
    this.#wasReady = true;
    this.#isReadyNow = true;
    this.#firstReady.resolve(message.facts);
  }

  #fail(reason: unknown): void {
    this.#firstReady.reject(reason);
    this.#identities.reject(reason);
  }

  async #drain(stream: Readable | null, isErrors: boolean): Promise<void> {
    if (!stream) return;
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      if (isErrors) this.#lastWords = (this.#lastWords + bytes.toString('utf8')).slice(-LAST_WORDS_BYTES);
      await this.#options.output(this.name, bytes);
    }
  }
}
