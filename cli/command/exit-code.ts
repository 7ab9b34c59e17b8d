/** What a script can tell from the exit code; the table in docs/cli.md is generated from here. */
import { AppError } from '../../common/errors/index.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  conflict: 5,
  interrupted: 130,
} as const;

export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.failed, 'failed, or some of several files did'],
  [EXIT.usage, 'the command was not typed right'],
  [EXIT.refused, 'not logged in, or not allowed'],
  [EXIT.notFound, 'there is no such thing'],
  [EXIT.conflict, 'it is there already, or has changed (`--no-clobber`, `--if-match`, a bucket that is not empty)'],
  [EXIT.interrupted, 'interrupted by Ctrl-C'],
];

/** Typed wrong; the message says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Several items were worked on and some failed; each was reported when it did. */
export class SomeFailed extends Error {
  override readonly name = 'SomeFailed';
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super(`${errors.length} failed`);
    this.errors = errors;
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof SomeFailed) {
    const codes = new Set(error.errors.map(exitCodeOf));
    return codes.size === 1 ? ([...codes][0] ?? EXIT.failed) : EXIT.failed;
  }
  if (!(error instanceof AppError)) return EXIT.failed;
  switch (error.status) {
    case 401:
    case 403:
      return EXIT.refused;
    case 404:
    case 410:
      return EXIT.notFound;
    case 409:
    case 412:
      return EXIT.conflict;
    default:
      return EXIT.failed;
  }
}
