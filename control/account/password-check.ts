/** From a name and a password to a user. Every failure looks, and takes, the same. */
import type { Clock } from '../../common/clock/index.ts';
import { Conflict, Unauthenticated, Unavailable } from '../../common/errors/index.ts';
import type { Random } from '../../common/ids/index.ts';
import type { AccountQueries, User } from './account-queries.ts';
import { type AttemptLimit, AttemptLimiter } from './attempt-limiter.ts';
import { hashPassword, type PasswordCost, verifyPassword } from './password-hash.ts';

export interface LoginLimits {
  perName: AttemptLimit;
  perAddress: AttemptLimit;
}

export const DEFAULT_LOGIN_LIMITS: LoginLimits = {
  perName: { burst: 10, refillMs: 30_000 },
  perAddress: { burst: 50, refillMs: 5_000 },
};

/** Hashes at once: each takes a core and 19 MiB for as long as it runs. */
const PARALLEL_HASHES = 4;
const WAITING_HASHES = 256;

export interface LoginOptions {
  queries: AccountQueries;
  clock: Clock;
  random: Random;
  cost: PasswordCost;
  limits: LoginLimits;
}

export class PasswordCheck {
  readonly #options: LoginOptions;
  readonly #perName: AttemptLimiter;
  readonly #perAddress: AttemptLimiter;
  /** What the password of an unknown user is checked against. */
  readonly #decoy: string;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(options: LoginOptions, decoy: string) {
    this.#options = options;
    this.#decoy = decoy;
    this.#perName = new AttemptLimiter(options.clock, options.limits.perName);
    this.#perAddress = new AttemptLimiter(options.clock, options.limits.perAddress);
  }

  static async create(options: LoginOptions): Promise<PasswordCheck> {
    return new PasswordCheck(options, await hashPassword('', options.cost, options.random));
  }

  /**
   * @throws TooManyRequests with Retry-After; Unauthenticated `login-failed` whether the name, the password or the user's
   * state is wrong.
   */
  async check(name: string, password: string, address: string): Promise<User & { passwordHash: string }> {
    this.#perAddress.attempt(address);
    try {
      this.#perName.attempt(name);
    } catch (error) {
      this.#perAddress.giveBack(address);
      throw error;
    }
    const user = await this.#options.queries.userWithPassword(name);
    const isRight = await this.#limited(() => verifyPassword(password, user?.passwordHash ?? this.#decoy));
    if (!user || !isRight || user.isDisabled) {
      throw new Unauthenticated('The name or the password is wrong.', { code: 'login-failed' });
    }
    this.#perAddress.giveBack(address);
    this.#perName.giveBack(name);
    return user;
  }

  /** Whether it is the user's password, under the same limits as a login. */
  async isPassword(userId: string, password: string): Promise<boolean> {
    this.#perName.attempt(userId);
    const stored = await this.#options.queries.passwordHash(userId);
    if (stored === undefined) return false;
    const isRight = await this.#limited(() => verifyPassword(password, stored));
    if (isRight) this.#perName.giveBack(userId);
    return isRight;
  }

  async hash(password: string): Promise<string> {
    return await this.#limited(() => hashPassword(password, this.#options.cost, this.#options.random));
  }

  async #limited<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#running >= PARALLEL_HASHES) {
      if (this.#waiting.length >= WAITING_HASHES) {
        throw new Unavailable('Too many people log in at this moment; try again.', { code: 'login-busy' });
      }
      const turn = Promise.withResolvers<void>();
      this.#waiting.push(turn.resolve);
      // Whoever ends hands its place on.
      await turn.promise;
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

export function passwordChangeRequired(): Conflict {
  return new Conflict('The password is a one-time one; send newPassword along to choose your own.', {
    code: 'password-change-required',
  });
}
