/** Questions to a person, on stderr so that stdout stays clean. Passwords are not shown. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../command/exit-code.ts';
import type { Terminal } from './terminal.ts';

/** As often as one mistypes; then rather the error than a loop. */
export const MOST_TRIES = 3;

/** @throws UsageError when there is nobody to ask; `instead` says how to do without. */
export async function ask(terminal: Terminal, question: string, instead: string): Promise<string> {
  return (await readAnswer(terminal, question, instead, true)).trim();
}

export function askHidden(terminal: Terminal, question: string, instead: string): Promise<string> {
  return readAnswer(terminal, question, instead, false);
}

/** Typed twice, since it is not seen; asked for again, a few times, when the two differ. @throws UsageError after that */
export async function askNewPassword(terminal: Terminal, instead: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const first = await askHidden(terminal, 'New password: ', instead);
    if ((await askHidden(terminal, 'Once more: ', instead)) === first) return first;
    if (tries === MOST_TRIES) throw new UsageError('The two new passwords differ; nothing was changed.');
    terminal.stderr.write('The two differ; once again.\n');
  }
}

export async function confirm(terminal: Terminal, question: string, instead: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(terminal, `${question} [y/N] `, instead));
}

async function readAnswer(terminal: Terminal, question: string, instead: string, shown: boolean): Promise<string> {
  if (!terminal.stdin.isTTY) throw new UsageError(`There is no terminal to ask on. ${instead}`);
  terminal.stderr.write(question);
  // The line editor repeats what is typed; for a password it writes to nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: terminal.stdin, output: shown ? terminal.stderr : nowhere, terminal: true });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const interrupt = () => reject(new Error('Interrupted.'));
  terminal.signal.addEventListener('abort', interrupt, { once: true });
  lines.once('line', resolve);
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = () => reject(new UsageError('No answer was given.'));
  lines.once('close', closed);
  try {
    return await promise;
  } finally {
    terminal.signal.removeEventListener('abort', interrupt);
    // Only ours: by its own the line editor stops listening, and would show what is typed at the next, hidden question.
    lines.off('close', closed);
    lines.close();
    if (!shown) terminal.stderr.write('\n');
  }
}

/** The lines piped in, for `--password-stdin`. */
export async function readLines(terminal: Terminal, most: number): Promise<string[]> {
  let text = '';
  for await (const piece of terminal.stdin as AsyncIterable<Buffer | string>) {
    text += piece.toString();
    if (text.length > 64 * 1024) throw new UsageError('More than 64 KiB came in; expected a password a line.');
  }
  return text.split(/\r?\n/).slice(0, most);
}
