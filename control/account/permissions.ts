/** Who may do what: roles on namespaces, narrowed by what the token was given. Deny is the default. */
import type { Principal, Scope, StorageVerb } from '../api/index.ts';
import type { NamespaceRole } from './names.ts';

/** `administer`: who is a member, which buckets there are, and what is visible to whom. */
export type Action = 'read' | 'write' | 'administer';

const ROLES_THAT_MAY: Record<Action, readonly NamespaceRole[]> = {
  read: ['reader', 'writer', 'admin', 'owner'],
  write: ['writer', 'admin', 'owner'],
  administer: ['admin', 'owner'],
};

/** The scope that a token needs for an action on what a namespace stores. */
export const STORAGE_SCOPE: Record<Action, Scope> = {
  read: 'storage:read',
  write: 'storage:write',
  administer: 'storage:write',
};

/** What scopes a token would need for what an access key may. */
export function accessKeyScopes(verbs: readonly StorageVerb[]): Scope[] {
  const scopes: Scope[] = [];
  if (verbs.includes('read') || verbs.includes('list')) scopes.push('storage:read');
  if (verbs.includes('write') || verbs.includes('delete')) scopes.push('storage:write');
  return scopes;
}

export function roleAllows(role: NamespaceRole | undefined, action: Action): boolean {
  return role !== undefined && ROLES_THAT_MAY[action].includes(role);
}

export function scopeAllows(principal: Principal, scope: Scope): boolean {
  return principal.scopes.includes('*') || principal.scopes.includes(scope);
}

/** What the token leaves of its user's rights, whatever the role is. */
export function tokenAllows(principal: Principal, scope: Scope, namespace: string): boolean {
  if (principal.namespaceLimit !== undefined && principal.namespaceLimit !== namespace) return false;
  return scopeAllows(principal, scope);
}
