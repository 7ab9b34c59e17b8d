/** Access tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037), good for a quarter of an hour. */
import { type JWK, errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../common/clock/index.ts';
import { Unauthenticated } from '../../common/errors/index.ts';
import type { Sql } from '../records/index.ts';
import type { SecretBox } from './secret-box.ts';
import { loadSigningKeys, type SigningKey } from './signing-keys.ts';

export const ACCESS_TOKEN_LIFE_MS = 15 * 60_000;
const ISSUER = 'bramble';
const claims = z.object({ sub: z.string(), sid: z.string(), exp: z.number() });

export interface AccessClaims {
  userId: string;
  sessionId: string;
  expiresAtMs: number;
}

export class AccessTokens {
  readonly #sql: Sql;
  readonly #box: SecretBox;
  readonly #clock: Clock;
  #keys: Promise<SigningKey[]> | undefined;

  constructor(sql: Sql, box: SecretBox, clock: Clock) {
    this.#sql = sql;
    this.#box = box;
    this.#clock = clock;
  }

  /** The keys have changed. */
  forgetKeys(): void {
    this.#keys = undefined;
  }

  async keys(): Promise<SigningKey[]> {
    this.#keys ??= loadSigningKeys(this.#sql, this.#box);
    const loading = this.#keys;
    try {
      return await loading;
    } catch (error) {
      if (this.#keys === loading) this.#keys = undefined;
      throw error;
    }
  }

  /** The public keys, as a JWK set (RFC 7517 §5). */
  async published(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.keys()).map((key) => key.publicKey) };
  }

  async issue(userId: string, sessionId: string): Promise<{ accessToken: string; expiresAtMs: number }> {
    const [newest] = await this.keys();
    if (!newest) throw new Error('There is no signing key; one is made at the start.');
    const nowSeconds = Math.floor(this.#clock.now() / 1000);
    const expiresAt = nowSeconds + ACCESS_TOKEN_LIFE_MS / 1000;
    const accessToken = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: 'EdDSA', kid: newest.id, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(userId)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(expiresAt)
      .sign(newest.sign);
    return { accessToken, expiresAtMs: expiresAt * 1000 };
  }

  /** @throws Unauthenticated `token-expired` or `token-invalid`. */
  async verify(token: string): Promise<AccessClaims> {
    const keys = await this.keys();
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = keys.find((candidate) => candidate.id === kid);
          if (!key) throw new joseErrors.JWKSNoMatchingKey();
          return key.verify;
        },
        { algorithms: ['EdDSA'], issuer: ISSUER, currentDate: new Date(this.#clock.now()) },
      );
      const { sub, sid, exp } = claims.parse(payload);
      return { userId: sub, sessionId: sid, expiresAtMs: exp * 1000 };
    } catch (error) {
      if (error instanceof joseErrors.JWTExpired) {
        throw new Unauthenticated('The access token has expired; refresh it.', { code: 'token-expired' });
      }
      if (error instanceof joseErrors.JOSEError || error instanceof z.ZodError || error instanceof SyntaxError) {
        throw invalidToken(error);
      }
      throw error;
    }
  }
}

export function invalidToken(cause?: unknown): Unauthenticated {
  return new Unauthenticated('The token is not valid; log in again.', { code: 'token-invalid', cause });
}
