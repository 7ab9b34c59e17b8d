/**
 * Who is who and who may what: the one place that every door (HTTP, the storage path, S3, later SSH) asks. Reads are
 * answered from the records and caches over them; changes are commands.
 */
import type { Clock } from '../../common/clock/index.ts';
import { AppError, Forbidden, Unauthenticated } from '../../common/errors/index.ts';
import type { Credential } from '../../common/filesystem/index.ts';
import { createIdMaker, type IdMaker, type Random } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { actorOf, type Principal, type Scope } from '../api/index.ts';
import type { CommandLog } from '../log/index.ts';
import { SYSTEM } from '../log/index.ts';
import type { Records } from '../records/index.ts';
import { AccessKeys } from './access-keys.ts';
import { AccessTokens } from './access-tokens.ts';
import type { AccountChanges } from './account-changes.ts';
import { AccountQueries } from './account-queries.ts';
import { hashToken, makeApiToken, makeOneTimePassword } from './api-token.ts';
import type { By, Submit } from './by.ts';
import { CredentialResolver, fingerprint } from './credential-resolver.ts';
import { DenialAudit } from './denial-audit.ts';
import { ensureFirstAdministrator, type FirstAdministrator } from './first-administrator.ts';
import { NamespaceAccess } from './namespace-access.ts';
import { DEFAULT_LOGIN_LIMITS, type LoginLimits, PasswordCheck } from './password-check.ts';
import { DEFAULT_PASSWORD_COST, type PasswordCost } from './password-hash.ts';
import { type Action, roleAllows, STORAGE_SCOPE, scopeAllows, tokenAllows } from './permissions.ts';
import type { SecretBox } from './secret-box.ts';
import { Sessions } from './sessions.ts';
import { makeSigningKey, planRotation } from './signing-keys.ts';

export interface AccountsOptions {
  records: Records;
  log: Pick<CommandLog, 'append'>;
  /** The one that the appliers were made with. */
  changes: AccountChanges;
  box: SecretBox;
  clock: Clock;
  random: Random;
  logger: Logger;
  passwordCost?: PasswordCost;
  loginLimits?: LoginLimits;
}

/** Where a request comes from, for the audit. */
export interface Origin {
  address?: string | undefined;
  requestId?: string | undefined;
}

const UPKEEP_MS = 15 * 60_000;
const ALLOWED = Promise.resolve();

export class Accounts implements AsyncDisposable {
  readonly queries: AccountQueries;
  readonly sessions: Sessions;
  readonly tokens: AccessTokens;
  readonly accessKeys: AccessKeys;
  readonly #options: AccountsOptions;
  readonly #ids: IdMaker;
  readonly #audit: DenialAudit;
  readonly #passwords: PasswordCheck;
  readonly #resolver: CredentialResolver;
  readonly #access: NamespaceAccess;
  readonly #subscription: Disposable;
  #upkeepTimer: Disposable | undefined;
  /** The round that runs, or ran last; whoever asked for it hears of its failure. */
  #upkeep: Promise<void> = Promise.resolve();
  #isStopping = false;

  private constructor(options: AccountsOptions, passwords: PasswordCheck, queries: AccountQueries) {
    const { box, changes, clock, logger, random, records } = options;
    this.#options = options;
    this.#passwords = passwords;
    this.queries = queries;
    this.#ids = createIdMaker(clock, random);
    this.tokens = new AccessTokens(records, box, clock);
    this.#resolver = new CredentialResolver(queries, this.tokens, clock);
    this.#access = new NamespaceAccess(queries);
    this.#audit = new DenialAudit({ append: (command) => options.log.append(command), clock, logger });
    this.sessions = new Sessions({
      queries,
      tokens: this.tokens,
      passwords,
      audit: this.#audit,
      box,
      submit: this.submit,
      clock,
      ids: this.#ids,
      cost: options.passwordCost ?? DEFAULT_PASSWORD_COST,
    });
    this.accessKeys = new AccessKeys({ queries, box, audit: this.#audit, submit: this.submit, clock, random });
    this.#subscription = changes.subscribe((change) => {
      if (change.kind === 'signing-keys' || change.kind === 'everything') this.tokens.forgetKeys();
      this.#resolver.forget(change);
      this.#access.forget(change);
      this.accessKeys.forget(change);
    });
  }

  /** With a signing key made where there is none; the log must take commands already. */
  static async open(options: AccountsOptions): Promise<Accounts> {
    const queries = new AccountQueries(options.records);
    const passwords = await PasswordCheck.create({
      queries,
      clock: options.clock,
      random: options.random,
      cost: options.passwordCost ?? DEFAULT_PASSWORD_COST,
      limits: options.loginLimits ?? DEFAULT_LOGIN_LIMITS,
    });
    const accounts = new Accounts(options, passwords, queries);
    await accounts.keepUp();
    accounts.#scheduleUpkeep();
    return accounts;
  }

  /** Who the credential stands for. @throws Unauthenticated, audited, when it stands for no one. */
  async resolve(credential: Credential, origin: Origin = {}): Promise<Principal> {
    try {
      return await this.#resolver.resolve(credential);
    } catch (error) {
      const secret = secretOf(credential);
      if (error instanceof AppError && secret !== undefined) {
        const isExpired = error.code.endsWith('-expired');
        const kind = credential.kind === 'access-key' ? 'access-key' : 'token';
        this.#audit.record({
          actor: {
            kind: 'anonymous',
            id: 'anonymous',
            ...(origin.address !== undefined && { address: origin.address }),
          },
          reason: isExpired ? `${kind}-expired` : `${kind}-invalid`,
          // Every client meets an expired token now and then: those of one address are counted as one kind.
          ...(!isExpired && { wanted: fingerprint(secret) }),
          requestId: origin.requestId ?? 'unknown',
        });
      }
      throw error;
    }
  }

  /**
   * Returns at once, without a query, when the role is remembered. `scope`: what a token must have been given for it.
   * @throws Forbidden, or Unauthenticated for the anonymous; both audited.
   */
  assertMay(
    principal: Principal,
    action: Action,
    namespace: string,
    origin: Origin & { scope?: Scope } = {},
  ): Promise<void> {
    const { userId } = principal;
    if (userId === undefined || !tokenAllows(principal, origin.scope ?? STORAGE_SCOPE[action], namespace)) {
      return this.#denied(principal, action, namespace, origin);
    }
    if (principal.isAdministrator) return ALLOWED;
    const role = this.#access.knownRole(namespace, userId);
    if (role !== null) return roleAllows(role, action) ? ALLOWED : this.#denied(principal, action, namespace, origin);
    return this.#access.role(namespace, userId).then((found) => {
      if (!roleAllows(found, action)) return this.#denied(principal, action, namespace, origin);
    });
  }

  /** @throws Forbidden or Unauthenticated, audited. */
  async assertAdministrator(
    principal: Principal,
    origin: Origin & { wanted?: string; scope?: Scope } = {},
  ): Promise<void> {
    const isUnlimited = principal.namespaceLimit === undefined;
    if (principal.isAdministrator && isUnlimited && scopeAllows(principal, origin.scope ?? '*')) return;
    this.deny(principal, origin.wanted ?? 'administer the bramble', origin);
  }

  /** Of the namespace, or of the whole bramble. @throws Forbidden or Unauthenticated, audited. */
  async assertOwner(principal: Principal, namespace: string, origin: Origin & { wanted: string }): Promise<void> {
    const { userId } = principal;
    if (userId !== undefined && tokenAllows(principal, 'account:write', namespace)) {
      if (principal.isAdministrator || (await this.#access.role(namespace, userId)) === 'owner') return;
    }
    this.deny(principal, origin.wanted, origin);
  }

  /** The user's id. @throws Unauthenticated for the anonymous, Forbidden when the token lacks the scope. */
  assertUser(principal: Principal, scope: Scope, origin: Origin = {}): string {
    if (principal.userId !== undefined && scopeAllows(principal, scope)) return principal.userId;
    return this.deny(principal, scope, origin);
  }

  /** The user's id, whatever the credential may do. @throws Unauthenticated for the anonymous. */
  assertSomeone(principal: Principal, origin: Origin = {}): string {
    return principal.userId ?? this.deny(principal, 'ask without a credential', origin);
  }

  /** Audits and throws what a principal without the right gets: `refusal`, when something more exact can be said. */
  deny(principal: Principal, wanted: string, origin: Origin = {}, refusal?: Forbidden): never {
    const isAnonymous = principal.kind === 'anonymous';
    this.#audit.record({
      actor: actorOf(principal, origin.address),
      reason: isAnonymous ? 'not-logged-in' : 'not-allowed',
      wanted,
      requestId: origin.requestId ?? 'unknown',
    });
    if (isAnonymous) throw new Unauthenticated();
    if (refusal) throw refusal;
    throw new Forbidden(`You may not ${wanted}; ask an owner or an administrator, or use a token with the scope.`);
  }

  async namespaceExists(name: string): Promise<boolean> {
    return await this.#access.exists(name);
  }

  async ensureFirstAdministrator(): Promise<FirstAdministrator | undefined> {
    return await ensureFirstAdministrator(
      this.queries,
      (name, isAdministrator) => this.createUser(name, isAdministrator, SYSTEM_BY),
      (id) => this.resetPassword(id, SYSTEM_BY),
    );
  }

  /** Answers the one-time password that the person must replace at the first login. */
  async createUser(name: string, isAdministrator: boolean, by: By): Promise<{ id: string; oneTimePassword: string }> {
    const id = this.#ids.typed('user');
    const oneTimePassword = makeOneTimePassword(this.#options.random);
    const passwordHash = await this.#passwords.hash(oneTimePassword);
    await this.submit('user.create', { id, name, isAdministrator, passwordHash, mustChangePassword: true }, by);
    return { id, oneTimePassword };
  }

  async resetPassword(id: string, by: By): Promise<string> {
    const oneTimePassword = makeOneTimePassword(this.#options.random);
    const passwordHash = await this.#passwords.hash(oneTimePassword);
    await this.submit('user.password', { id, passwordHash, mustChangePassword: true }, by);
    return oneTimePassword;
  }

  /** Answers the token, which cannot be had again. */
  async createToken(
    input: { userId: string; name: string; scopes: Scope[]; namespace?: string; expiresAt?: number },
    by: By,
  ): Promise<{ id: string; token: string }> {
    const id = this.#ids.typed('token');
    const token = makeApiToken(this.#options.random);
    await this.submit('token.create', { id, ...input, hash: new Uint8Array(hashToken(token)) }, by);
    return { id, token };
  }

  readonly submit: Submit = async <Value>(type: string, data: unknown, by: By) => {
    const { clock, log } = this.#options;
    const { actor, requestId } = by;
    const { value } = await log.append<Value>({ type, at: clock.now(), actor, requestId, data });
    return value;
  };

  /** Rotates the signing keys and drops what has expired, as far as it is due; one round after the other. */
  async keepUp(): Promise<void> {
    const round = this.#upkeep.then(() => this.#keepUpOnce());
    this.#upkeep = round.catch(() => {});
    await round;
  }

  async #keepUpOnce(): Promise<void> {
    const { box, clock } = this.#options;
    const plan = planRotation(await this.tokens.keys(), clock.now());
    if (plan.isNewNeeded) {
      await this.submit('signing-key.create', await makeSigningKey(this.#ids.typed('key'), box), SYSTEM_BY);
    }
    for (const id of plan.outdated) await this.submit('signing-key.delete', { id }, SYSTEM_BY);
    if (await this.queries.hasExpired(new Date(clock.now()))) {
      await this.submit('session.prune', { expiredBefore: clock.now() }, SYSTEM_BY);
    }
  }

  /** Writes the denials that were counted and not written yet. */
  async flushAudit(): Promise<void> {
    await this.#audit.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#upkeepTimer?.[Symbol.dispose]();
    this.#subscription[Symbol.dispose]();
    await this.#upkeep;
    await this.#audit[Symbol.asyncDispose]();
  }

  #scheduleUpkeep(): void {
    this.#upkeepTimer = this.#options.clock.setTimer(UPKEEP_MS, () => {
      void this.keepUp()
        .catch((error: unknown) => {
          this.#options.logger.error({ err: error }, 'the upkeep of keys and sessions failed; it is tried again');
        })
        .then(() => {
          if (!this.#isStopping) this.#scheduleUpkeep();
        });
    });
  }

  async #denied(principal: Principal, action: Action, namespace: string, origin: Origin): Promise<void> {
    this.deny(principal, `${action} namespace ${namespace}`, origin);
  }
}

/** By which the audit tells bad credentials apart. */
function secretOf(credential: Credential): string | undefined {
  if (credential.kind === 'bearer') return credential.token;
  return credential.kind === 'access-key' ? credential.id : undefined;
}

const SYSTEM_BY: By = { actor: SYSTEM, requestId: 'accounts' };
