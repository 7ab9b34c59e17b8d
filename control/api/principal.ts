/** Who a request is from, as the door found it: made by `Accounts.resolve`, read by every domain. */
import type { StorageLimit } from './storage-limit.ts';

export const SCOPES = ['storage:read', 'storage:write', 'account:read', 'account:write', '*'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Principal {
  kind: 'user' | 'anonymous';
  userId?: string;
  name?: string;
  isAdministrator: boolean;
  /** How they showed who they are. */
  via: 'session' | 'token' | 'access-key' | 'none';
  /** The session, API token or access key that was used. */
  tokenId?: string;
  scopes: readonly Scope[];
  /** When present, the only namespace that the token may touch. */
  namespaceLimit?: string;
  /** Of an access key: what of that namespace's storage it may touch, and how. */
  storageLimit?: StorageLimit;
}

export const ANONYMOUS: Principal = { kind: 'anonymous', isAdministrator: false, via: 'none', scopes: [] };

/** The `Actor` of commands that the principal makes. `address` is the caller's, without a port. */
export function actorOf(
  principal: Principal,
  address?: string,
): { kind: 'user' | 'anonymous'; id: string; token?: string; address?: string } {
  return {
    kind: principal.kind,
    id: principal.userId ?? 'anonymous',
    ...(principal.tokenId !== undefined && { token: principal.tokenId }),
    ...(address !== undefined && { address }),
  };
}
