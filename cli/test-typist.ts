/** A terminal with a person at it, for tests. */
import { PassThrough } from 'node:stream';
import type { Terminal } from './terminal/terminal.ts';

/** Types each answer once its question is shown. */
export function typist(
  answers: readonly (readonly [question: string, answer: string])[],
  env: Record<string, string> = {},
) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const left = [...answers];
  let shown = '';
  const stderr = new PassThrough();
  stderr.on('data', (piece: Buffer) => {
    shown += piece.toString();
    if (left[0] === undefined || !shown.endsWith(left[0][0])) return;
    const [, answer] = left.shift() ?? ['', ''];
    setImmediate(() => stdin.write(`${answer}\r`));
  });
  const terminal: Terminal = {
    stdin,
    stderr,
    stdout: new PassThrough(),
    env,
    folder: '.',
    signal: AbortSignal.timeout(10_000),
  };
  return { terminal, shown: () => shown };
}
