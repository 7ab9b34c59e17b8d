import { AppError } from '../../common/errors/index.ts';

/**
 * The log on disk is not what was written. It is never repaired by itself: the start is refused until a person has put
 * a good copy in place.
 */
export class LogCorrupt extends AppError {
  readonly file: string;
  /** Where in the file, in bytes. */
  readonly offset: number;

  constructor(file: string, offset: number, problem: string, cause?: unknown) {
    super(
      'log-corrupt',
      500,
      'The command log is damaged',
      `the command log is damaged: ${file} at offset ${offset}: ${problem}. Nothing was changed. Restore this file from a ` +
        'backup or a copy and start again; docs/internals/log.md says how.',
      cause === undefined ? {} : { cause },
    );
    this.file = file;
    this.offset = offset;
  }
}
