/** The calls of `common/filesystem/multipart-calls.ts` on the internal server. */
import {
  multipartBegin,
  multipartComplete,
  multipartInspect,
  multipartList,
  multipartPart,
  multipartParts,
  multipartReference,
} from '../../../common/filesystem/index.ts';
import type { Role } from '../../../common/identity/index.ts';
import { type InternalRoute, rpcRoute } from '../../../common/internal/index.ts';
import type { Master } from '../master/master.ts';

const GATEWAY: readonly Role[] = ['gateway'];
const at = (name: string) => `/internal/filesystem/multipart/${name}`;

export function multipartCalls({ multipart }: Master): InternalRoute[] {
  return [
    rpcRoute(at('begin'), GATEWAY, multipartBegin, (input) => multipart.begin(input)),
    rpcRoute(at('inspect'), GATEWAY, multipartInspect, (input) => multipart.inspect(input)),
    rpcRoute(at('part'), GATEWAY, multipartPart, (input) => multipart.part(input)),
    rpcRoute(at('complete'), GATEWAY, multipartComplete, (input) => multipart.complete(input)),
    rpcRoute(at('abort'), GATEWAY, multipartReference, (input) => multipart.abort(input)),
    rpcRoute(at('parts'), GATEWAY, multipartParts, (input) => multipart.parts(input)),
    rpcRoute(at('list'), GATEWAY, multipartList, (input) => multipart.list(input)),
  ];
}
