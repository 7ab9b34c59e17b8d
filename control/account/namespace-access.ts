/** Roles on namespaces, remembered: the answer to `may` costs no query in the steady state. */
import type { AccountChange } from './account-changes.ts';
import type { AccountQueries } from './account-queries.ts';
import { LruCache } from './lru-cache.ts';
import type { NamespaceRole } from './names.ts';

const REMEMBERED = 20_000;

export class NamespaceAccess {
  readonly #roles = new LruCache<string, { namespace: string; userId: string; role: NamespaceRole | undefined }>(
    REMEMBERED,
  );
  readonly #existing = new LruCache<string, boolean>(REMEMBERED);
  readonly #queries: AccountQueries;
  #changes = 0;

  constructor(queries: AccountQueries) {
    this.#queries = queries;
  }

  /** The role when it is remembered; `null` when it must be asked for. */
  knownRole(namespace: string, userId: string): NamespaceRole | undefined | null {
    const known = this.#roles.get(`${userId} ${namespace}`);
    return known ? known.role : null;
  }

  async role(namespace: string, userId: string): Promise<NamespaceRole | undefined> {
    const known = this.knownRole(namespace, userId);
    if (known !== null) return known;
    const before = this.#changes;
    const role = await this.#queries.roleIn(namespace, userId);
    if (this.#changes === before) this.#roles.set(`${userId} ${namespace}`, { namespace, userId, role });
    return role;
  }

  async exists(namespace: string): Promise<boolean> {
    const known = this.#existing.get(namespace);
    if (known !== undefined) return known;
    const before = this.#changes;
    const exists = (await this.#queries.namespace(namespace)) !== undefined;
    if (this.#changes === before) this.#existing.set(namespace, exists);
    return exists;
  }

  forget(change: AccountChange): void {
    this.#changes += 1;
    switch (change.kind) {
      case 'user':
        this.#roles.evict(({ userId }) => userId === change.id);
        break;
      case 'namespace':
        this.#roles.evict(({ namespace }) => namespace === change.name);
        this.#existing.delete(change.name);
        break;
      case 'everything':
        this.#roles.clear();
        this.#existing.clear();
        break;
      default:
        break;
    }
  }
}
