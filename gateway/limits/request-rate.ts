/** How often one address and one token may ask. */
import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../common/clock/index.ts';
import { TooManyRequests } from '../../common/errors/index.ts';
import type { GatewayLimits } from '../config.ts';
import { TokenBuckets } from './token-bucket.ts';

export class RequestRate {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #addresses: TokenBuckets;
  readonly #principals: TokenBuckets;
  /** A busy client's token is hashed once. */
  #latest = { token: '', hash: '' };

  constructor(
    limits: Pick<GatewayLimits, 'perAddress' | 'perPrincipal' | 'rateEntries'>,
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.#clock = clock;
    this.#addresses = new TokenBuckets({ ...limits.perAddress, entries: limits.rateEntries });
    this.#principals = new TokenBuckets({ ...limits.perPrincipal, entries: limits.rateEntries });
  }

  /** Counts one request. `token` is remembered only as a hash, but for the latest. @throws TooManyRequests */
  count(remoteAddress: string, token: string | undefined): void {
    const nowMs = this.#clock.monotonic();
    refuseUntil(
      Math.max(
        this.#addresses.take(addressKey(remoteAddress), nowMs),
        token === undefined ? 0 : this.#principals.take(this.#hashOf(token), nowMs),
      ),
    );
  }

  /** Counts one request of a principal whose name is no secret. @throws TooManyRequests */
  countPrincipal(name: string): void {
    refuseUntil(this.#principals.take(name, this.#clock.monotonic()));
  }

  #hashOf(token: string): string {
    if (this.#latest.token !== token) this.#latest = { token, hash: hash('sha256', token, 'base64url') };
    return this.#latest.hash;
  }
}

function refuseUntil(waitMs: number): void {
  if (waitMs === 0) return;
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  throw new TooManyRequests(`Too many requests; go on in ${seconds} s.`, { retryAfterSeconds: seconds });
}

/** One household has a whole /64 of IPv6 addresses. IPv4 in IPv6 (`::ffff:…`) is IPv4. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith('::ffff:')) return address.slice('::ffff:'.length);
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
