/** What a command prints: results on stdout, for people or as JSON; notes, progress and errors on stderr. */
import { systemClock } from '../../common/clock/index.ts';
import { Progress } from './progress.ts';
import { type Column, renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface ErrorReport {
  readonly code: string;
  readonly detail: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly stack?: string;
}

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly #terminal: Terminal;
  #progress: Progress | undefined;

  constructor(terminal: Terminal, options: { json: boolean; quiet: boolean }) {
    this.#terminal = terminal;
    this.json = options.json;
    this.quiet = options.quiet;
  }

  /** One result: `record` as a line of JSON, or `text` for people. */
  result(record: unknown, text: string): void {
    this.#print(this.json ? JSON.stringify(record) : text);
  }

  /** The same, where people who asked for quiet want none of it. */
  report(record: unknown, text: string): void {
    if (!this.quiet) this.result(record, text);
  }

  /** Many results: a line of JSON each, or one table. */
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
    const lines = this.json ? rows.map((row) => JSON.stringify(row)) : renderTable(columns, rows);
    for (const line of lines) this.#print(line);
  }

  /** Something worth knowing that is no result. */
  note(text: string): void {
    if (this.quiet) return;
    this.#progress?.clear();
    this.#terminal.stderr.write(`${text}\n`);
  }

  /** A note only for someone who looks on. */
  transient(text: string): void {
    if (this.#terminal.stderr.isTTY) this.note(text);
  }

  error(report: ErrorReport): void {
    this.#progress?.clear();
    const { detail, requestId, stack } = report;
    const lines = [
      `bramble: ${detail}`,
      ...(requestId === undefined ? [] : [`         request ${requestId}`]),
      ...(stack === undefined ? [] : [stack]),
    ];
    this.#terminal.stderr.write(this.json ? `${JSON.stringify({ error: report })}\n` : `${lines.join('\n')}\n`);
  }

  /** The progress line, when there is a terminal to draw it on and somebody wants it. */
  get progress(): Progress | undefined {
    if (this.quiet || this.json || !this.#terminal.stderr.isTTY || this.#terminal.env.TERM === 'dumb') return undefined;
    const color = !this.#terminal.env.NO_COLOR;
    this.#progress ??= new Progress(this.#terminal.stderr, color, systemClock);
    return this.#progress;
  }

  close(): void {
    this.#progress?.[Symbol.dispose]();
    this.#progress = undefined;
  }

  #print(line: string): void {
    this.#progress?.clear();
    this.#terminal.stdout.write(`${line}\n`);
  }
}
