/** A terminal that keeps what is written to it, with a config home and working folder of its own; for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { commands } from './commands/index.ts';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string | Buffer | Readable;
  env?: Record<string, string>;
  signal?: AbortSignal;
}

export interface TestTerminal extends AsyncDisposable {
  readonly folder: string;
  readonly configHome: string;
  run(line: readonly string[], options?: RunOptions): Promise<CommandResult>;
}

export async function openTestTerminal(env: Record<string, string> = {}): Promise<TestTerminal> {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-cli-'));
  const configHome = join(folder, 'config');
  return {
    folder,
    configHome,
    run: async ([name = '', ...args], options = {}) => {
      const [stdout, stderr] = [new Captured(), new Captured()];
      const command = await commands[name]?.();
      if (!command) throw new Error(`There is no command ${name}.`);
      const code = await command.run(args, {
        stdin: options.input instanceof Readable ? options.input : Readable.from([Buffer.from(options.input ?? '')]),
        stdout,
        stderr,
        env: { BRAMBLE_CONFIG_HOME: configHome, ...env, ...options.env },
        folder,
        signal: options.signal ?? new AbortController().signal,
      });
      return { code, stdout: stdout.text, stderr: stderr.text };
    },
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

class Captured extends Writable {
  readonly #pieces: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }
}
