/** Logging in, going on, and logging out. */
import type { Clock } from '../../common/clock/index.ts';
import { AppError, InvalidInput, NotFound, TooManyRequests, Unauthenticated } from '../../common/errors/index.ts';
import type { IdMaker } from '../../common/ids/index.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { AccountQueries, User } from './account-queries.ts';
import type { By, Submit } from './by.ts';
import { fingerprint } from './credential-resolver.ts';
import type { DenialAudit, DenialReason } from './denial-audit.ts';
import { accountName } from './names.ts';
import { type PasswordCheck, passwordChangeRequired } from './password-check.ts';
import { isOutdated, type PasswordCost } from './password-hash.ts';
import { makeRefreshToken, readRefreshToken } from './refresh-token.ts';
import type { SecretBox } from './secret-box.ts';
import type { Rotation } from './session-commands.ts';

/** A session ends when it was not refreshed for this long. */
export const SESSION_LIFE_MS = 30 * 24 * 3_600_000;

export interface SessionsOptions {
  queries: AccountQueries;
  tokens: AccessTokens;
  passwords: PasswordCheck;
  audit: DenialAudit;
  box: SecretBox;
  submit: Submit;
  clock: Clock;
  ids: IdMaker;
  cost: PasswordCost;
}

export interface Grant {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
  user: { id: string; name: string; isAdministrator: boolean };
}

export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * @throws Unauthenticated `login-failed`; TooManyRequests; Conflict `password-change-required` when the password is a
   * one-time one and no new one came along.
   */
  async login(
    input: { name: string; password: string; newPassword?: string | undefined; userAgent?: string | undefined },
    by: By,
  ): Promise<Grant> {
    const { clock, ids, submit } = this.#options;
    const user = await this.#checked(input, by);
    const actor = { ...by.actor, kind: 'user' as const, id: user.id };
    await this.#settlePassword(user, input, { ...by, actor });
    const sessionId = ids.typed('session');
    await submit(
      'session.start',
      {
        id: sessionId,
        userId: user.id,
        expiresAt: clock.now() + SESSION_LIFE_MS,
        ...(by.actor.address !== undefined && { address: by.actor.address }),
        ...(input.userAgent !== undefined && { userAgent: input.userAgent.slice(0, 256) }),
      },
      { ...by, actor },
    );
    return await this.#grant(user, sessionId, 1);
  }

  /** @throws Unauthenticated `refresh-token-invalid`, `refresh-token-reused` (the session is ended then) or `session-ended`. */
  async refresh(refreshToken: string, by: By): Promise<Grant> {
    const { audit, box, clock, queries, submit } = this.#options;
    const claim = readRefreshToken(refreshToken, box);
    if (!claim) {
      audit.record({ ...by, reason: 'refresh-token-invalid', wanted: fingerprint(refreshToken) });
      throw new Unauthenticated('The refresh token is not valid; log in again.', { code: 'refresh-token-invalid' });
    }
    const rotation = await submit<Rotation>(
      'session.rotate',
      { id: claim.sessionId, fromGeneration: claim.generation, expiresAt: clock.now() + SESSION_LIFE_MS },
      by,
    );
    if (rotation.kind === 'reused') {
      audit.record({ ...by, reason: 'refresh-token-reused', wanted: claim.sessionId });
      throw new Unauthenticated('The refresh token was used before; the session is ended, log in again.', {
        code: 'refresh-token-reused',
      });
    }
    const user = await queries.user(rotation.userId);
    if (!user) throw new Unauthenticated('The session has ended; log in again.', { code: 'session-ended' });
    return await this.#grant(user, claim.sessionId, rotation.generation);
  }

  /** Other sessions end; the one that asks goes on. @throws Unauthenticated `wrong-password`. */
  async changePassword(userId: string, oldPassword: string, newPassword: string, by: By): Promise<void> {
    const { audit, passwords, submit } = this.#options;
    if (!(await passwords.isPassword(userId, oldPassword))) {
      audit.record({ ...by, reason: 'login-failed', wanted: 'change password' });
      throw new Unauthenticated('The old password is wrong.', { code: 'wrong-password' });
    }
    if (oldPassword === newPassword) throw sameAgain();
    const passwordHash = await passwords.hash(newPassword);
    const keepSession = by.actor.token;
    await submit(
      'user.password',
      { id: userId, passwordHash, mustChangePassword: false, ...(keepSession !== undefined && { keepSession }) },
      by,
    );
  }

  /** @throws NotFound when it is not a session of the user. */
  async end(sessionId: string, userId: string, by: By): Promise<void> {
    if (!(await this.#options.queries.hasSession(sessionId, userId))) {
      throw new NotFound('There is no such session.', { code: 'no-such-session' });
    }
    await this.#options.submit('session.end', { id: sessionId }, by);
  }

  async #checked(input: { name: string; password: string }, by: By): Promise<User & { passwordHash: string }> {
    try {
      return await this.#options.passwords.check(input.name, input.password, by.actor.address ?? 'unknown');
    } catch (error) {
      if (error instanceof AppError && error.status < 500) {
        const reason: DenialReason = error instanceof TooManyRequests ? 'login-limited' : 'login-failed';
        // What is no name may be a password typed into the wrong field.
        const name = accountName.safeParse(input.name);
        this.#options.audit.record({ ...by, reason, wanted: name.success ? `login as ${name.data}` : 'login' });
      }
      throw error;
    }
  }

  /** A one-time password gives way to the person's own; an old hash to one at the present cost. */
  async #settlePassword(
    user: User & { passwordHash: string },
    input: { password: string; newPassword?: string | undefined },
    by: By,
  ): Promise<void> {
    const { cost, passwords, submit } = this.#options;
    if (user.mustChangePassword) {
      if (input.newPassword === undefined) throw passwordChangeRequired();
      if (input.newPassword === input.password) throw sameAgain();
      const passwordHash = await passwords.hash(input.newPassword);
      await submit('user.password', { id: user.id, passwordHash, mustChangePassword: false }, by);
    } else if (isOutdated(user.passwordHash, cost)) {
      const passwordHash = await passwords.hash(input.password);
      await submit('user.rehash', { id: user.id, passwordHash, replaces: user.passwordHash }, by);
    }
  }

  async #grant(user: User, sessionId: string, generation: number): Promise<Grant> {
    const { box, tokens } = this.#options;
    const { accessToken, expiresAtMs } = await tokens.issue(user.id, sessionId);
    return {
      accessToken,
      refreshToken: makeRefreshToken({ sessionId, generation }, box),
      expiresAt: new Date(expiresAtMs).toISOString(),
      user: { id: user.id, name: user.name, isAdministrator: user.isAdministrator },
    };
  }
}

function sameAgain(): InvalidInput {
  return new InvalidInput('The new password must be another one.', { fields: { newPassword: 'is the old one' } });
}
