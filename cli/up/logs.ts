/** Where the output of the processes goes: a file for each, and the terminal too when it is asked for. */
import { createLogger, type Logger } from '../../common/logging/index.ts';
import type { UpConfig } from './config.ts';
import { logPath } from './data-folder.ts';
import { LogFile } from './log-file.ts';
import { readableLogLine } from './log-line.ts';

/** A line longer than this is shown in pieces, so that a process cannot fill our memory. */
const LONGEST_LINE = 64 * 1024;

export interface LogsOptions {
  dataFolder: string;
  config: Pick<UpConfig, 'logFileSize' | 'logFiles' | 'logLevel'>;
  /** The names of the processes. */
  names: readonly string[];
  notice(line: string): void;
  /** Shows a line at the terminal; absent when nobody wants to see them. */
  show?: ((line: string) => void) | undefined;
}

export class Logs implements AsyncDisposable {
  /** The supervisor's own log. */
  readonly logger: Logger;
  readonly #files: Map<string, LogFile>;
  readonly #show: ((line: string) => void) | undefined;
  readonly #begun = new Map<string, string>();

  private constructor(options: LogsOptions, files: Map<string, LogFile>, own: LogFile) {
    this.#files = files;
    this.#show = options.show;
    this.logger = createLogger(
      { process: 'up', level: options.config.logLevel },
      { write: (line) => void own.append(Buffer.from(line)) },
    );
  }

  /** @throws Node's error when a file cannot be written. */
  static async open(options: LogsOptions): Promise<Logs> {
    const { dataFolder, config, names, notice } = options;
    const openFile = async (name: string) => {
      const path = logPath(dataFolder, name);
      const onError = (error: Error) => notice(`the log of ${name} loses lines: ${error.message}`);
      return await LogFile.open({ path, sizeBytes: config.logFileSize, files: config.logFiles, onError });
    };
    const own = await openFile('up');
    const files = new Map(await Promise.all(names.map(async (name) => [name, await openFile(name)] as const)));
    return new Logs(options, files.set('up', own), own);
  }

  async output(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#show) this.#showLines(name, bytes, this.#show);
    await this.#files.get(name)?.append(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file[Symbol.asyncDispose]()));
  }

  #showLines(name: string, bytes: Uint8Array, show: (line: string) => void): void {
    const text = (this.#begun.get(name) ?? '') + Buffer.from(bytes).toString('utf8');
    const lines = text.split('\n');
    const begun = lines.pop() ?? '';
    for (const line of lines) show(readableLogLine(name, line));
    if (begun.length > LONGEST_LINE) show(readableLogLine(name, begun));
    this.#begun.set(name, begun.length > LONGEST_LINE ? '' : begun);
  }
}
