/** What the gateways ask of the accounts. */
import { ACCESS_KEY_PATH, accessKeyRequest } from '../../common/filesystem/index.ts';
import { type InternalRoute, rpcRoute } from '../../common/internal/index.ts';
import type { Accounts } from './accounts.ts';

export function internalAccountRoutes(accounts: Accounts): InternalRoute[] {
  return [
    rpcRoute(ACCESS_KEY_PATH, ['gateway'], accessKeyRequest, (request) => accounts.accessKeys.signingKey(request)),
  ];
}
