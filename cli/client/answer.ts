/**
 * What control's routes answer, taken from the routes themselves. Only types: a client with a web `Response` would cost
 * each command about 90 ms, for that is what loading Node's takes.
 */
import type { ExtractSchema } from 'hono/types';
import type { ProcessStatus } from '../../control/api/index.ts';
import type { Api } from '../../control/api/public-api.ts';

type Routes = ExtractSchema<Api>;

/** Of the statuses that say that all is well. */
type Output<Endpoint> = Endpoint extends { output: infer Body; status: 200 | 201 } ? Body : never;

/** `Answer<'/api/account/me', '$get'>` */
export type Answer<Path extends keyof Routes, Method extends keyof Routes[Path]> = Output<Routes[Path][Method]>;

/** One of a list's items. */
export type Item<Path extends keyof Routes> = '$get' extends keyof Routes[Path]
  ? Answer<Path, '$get'> extends { items: readonly (infer One)[] }
    ? One
    : never
  : never;

/** Of `GET /api/status`. */
export interface BrambleStatus {
  readonly bramble: string;
  readonly version: string;
  readonly time: string;
  readonly processes: readonly ProcessStatus[];
}
