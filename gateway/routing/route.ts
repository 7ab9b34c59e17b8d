import type { Exchange } from './exchange.ts';

/**
 * A method and a path that one handler answers.
 *
 * Of several routes that fit, the most specific whose method fits is taken: segment by segment from the left, literal
 * before `{name}` before `{name...}`.
 */
export interface Route {
  /** `GET`, `PUT`, …, or `*` for every method that no other route of the same path has. HEAD is a method of its own. */
  readonly method: string;
  /** `/s/{token}`, `/objects/{bucket}/{key...}`: `{name}` is one whole segment, `{name...}` all that is left; neither is empty. */
  readonly path: string;
  /** The host it is on: `s3.localhost`, `*.s3.localhost` (one label or more), or `*` for all that have no table of their own (default). */
  readonly host?: string;
  /**
   * `limited` (default): body up to `limits.apiBodyBytes`, whole request within `limits.requestTimeout`.
   * `bulk`: any size, for as long as bytes keep moving.
   */
  readonly body?: 'limited' | 'bulk';
  /**
   * Writes the whole answer to `exchange.response`, or throws: an `AppError` becomes its problem+json, anything else a 500;
   * after the head has been sent the connection (or stream) is cut instead, so that nobody takes a part for the whole.
   * Resolves when the answer is handed over completely.
   */
  handle(exchange: Exchange): Promise<void>;
}
