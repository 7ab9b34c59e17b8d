/** What is asked of the accounts' tables. */
import type { Scope, StorageVerb } from '../api/index.ts';
import type { Sql } from '../records/index.ts';
import type { NamespaceRole } from './names.ts';

export interface User {
  id: string;
  name: string;
  isAdministrator: boolean;
  isDisabled: boolean;
  mustChangePassword: boolean;
  createdAt: Date;
}

export interface Session {
  id: string;
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
  usedAt: Date;
  expiresAt: Date;
}

export interface ApiToken {
  id: string;
  name: string;
  scopes: Scope[];
  namespace: string | null;
  createdAt: Date;
  expiresAt: Date | null;
}

export interface AccessKey {
  id: string;
  namespace: string;
  name: string;
  bucket: string | null;
  prefix: string | null;
  verbs: StorageVerb[];
  createdAt: Date;
  expiresAt: Date | null;
}

export interface Membership {
  name: string;
  role: NamespaceRole;
}

export interface Member {
  userId: string;
  userName: string;
  role: NamespaceRole;
}

const USER = `id, name, is_administrator AS "isAdministrator", is_disabled AS "isDisabled",
  must_change_password AS "mustChangePassword", created_at AS "createdAt"`;
const SESSION = `id, address, user_agent AS "userAgent", created_at AS "createdAt", used_at AS "usedAt",
  expires_at AS "expiresAt"`;
const TOKEN = 'id, name, scopes, namespace, created_at AS "createdAt", expires_at AS "expiresAt"';
const ACCESS_KEY = `id, namespace, name, bucket, prefix, verbs, created_at AS "createdAt",
  expires_at AS "expiresAt"`;

export class AccountQueries {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** By id or by name: they look different. */
  async user(idOrName: string): Promise<User | undefined> {
    return await this.#one<User>(`SELECT ${USER} FROM users WHERE id = $1 OR name = $1`, [idOrName]);
  }

  async userWithPassword(name: string): Promise<(User & { passwordHash: string }) | undefined> {
    return await this.#one(`SELECT ${USER}, password_hash AS "passwordHash" FROM users WHERE name = $1`, [name]);
  }

  async passwordHash(userId: string): Promise<string | undefined> {
    const row = await this.#one<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1', [userId]);
    return row?.hash;
  }

  /** In order of name, behind `after`. */
  async users(limit: number, after = ''): Promise<User[]> {
    return await this.#sql.query(`SELECT ${USER} FROM users WHERE name > $1 ORDER BY name LIMIT $2::int`, [
      after,
      limit,
    ]);
  }

  async hasSession(id: string, userId: string): Promise<boolean> {
    return (await this.#one('SELECT 1 FROM sessions WHERE id = $1 AND user_id = $2', [id, userId])) !== undefined;
  }

  async sessions(userId: string, limit: number, after = ''): Promise<Session[]> {
    return await this.#sql.query(
      `SELECT ${SESSION} FROM sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3::int`,
      [userId, after, limit],
    );
  }

  async tokenByHash(hash: Uint8Array): Promise<(ApiToken & { userId: string }) | undefined> {
    return await this.#one(`SELECT ${TOKEN}, user_id AS "userId" FROM tokens WHERE hash = $1`, [hash]);
  }

  async token(id: string, userId: string): Promise<ApiToken | undefined> {
    return await this.#one(`SELECT ${TOKEN} FROM tokens WHERE id = $1 AND user_id = $2`, [id, userId]);
  }

  async tokens(userId: string, limit: number, after = ''): Promise<ApiToken[]> {
    return await this.#sql.query(
      `SELECT ${TOKEN} FROM tokens WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3::int`,
      [userId, after, limit],
    );
  }

  async accessKey(id: string): Promise<(AccessKey & { userId: string; secretBox: Uint8Array }) | undefined> {
    return await this.#one(
      `SELECT ${ACCESS_KEY}, user_id AS "userId", secret_box AS "secretBox" FROM access_keys WHERE id = $1`,
      [id],
    );
  }

  async accessKeys(userId: string, limit: number, after = ''): Promise<AccessKey[]> {
    return await this.#sql.query(
      `SELECT ${ACCESS_KEY} FROM access_keys WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3::int`,
      [userId, after, limit],
    );
  }

  async namespace(name: string): Promise<{ name: string; createdAt: Date } | undefined> {
    return await this.#one('SELECT name, created_at AS "createdAt" FROM namespaces WHERE name = $1', [name]);
  }

  async roleIn(namespace: string, userId: string): Promise<NamespaceRole | undefined> {
    const row = await this.#one<{ role: NamespaceRole }>(
      'SELECT role FROM members WHERE namespace = $1 AND user_id = $2',
      [namespace, userId],
    );
    return row?.role;
  }

  async memberships(userId: string, limit: number, after = ''): Promise<Membership[]> {
    return await this.#sql.query(
      `SELECT namespace AS name, role FROM members WHERE user_id = $1 AND namespace > $2
       ORDER BY namespace LIMIT $3::int`,
      [userId, after, limit],
    );
  }

  async members(namespace: string): Promise<Member[]> {
    return await this.#sql.query(
      `SELECT user_id AS "userId", name AS "userName", role FROM members JOIN users ON users.id = user_id
       WHERE namespace = $1 ORDER BY name`,
      [namespace],
    );
  }

  /** Whether there are sessions, tokens or access keys that have expired. */
  async hasExpired(now: Date): Promise<boolean> {
    const row = await this.#one(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM sessions WHERE expires_at < $1)
         OR EXISTS (SELECT 1 FROM tokens WHERE expires_at < $1)
         OR EXISTS (SELECT 1 FROM access_keys WHERE expires_at < $1)`,
      [now],
    );
    return row !== undefined;
  }

  /** Whether some administrator has ever logged in with a password of their own. */
  async hasSettledAdministrator(): Promise<boolean> {
    const row = await this.#one('SELECT 1 FROM users WHERE is_administrator AND NOT must_change_password LIMIT 1', []);
    return row !== undefined;
  }

  async oldestAdministrator(): Promise<User | undefined> {
    return await this.#one(`SELECT ${USER} FROM users WHERE is_administrator ORDER BY created_at, id LIMIT 1`, []);
  }

  async #one<Row>(text: string, parameters: Parameters<Sql['query']>[1]): Promise<Row | undefined> {
    const [row] = await this.#sql.query<Row>(text, parameters);
    return row;
  }
}
