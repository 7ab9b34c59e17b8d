/** Permissions that were given a moment ago, so that a busy client's PUTs do not ask each time. Refusals are not kept. */
import type { Clock } from '../../../common/clock/index.ts';
import type { Credential, ObjectName } from '../../../common/filesystem/index.ts';

const MAX_ENTRIES = 10_000;

export type Action = 'read' | 'write';

export class AuthorizationCache {
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock, keptMs: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
  }

  isGranted(credential: Credential, action: Action, name: ObjectName): boolean {
    const untilMs = this.#untilMs.get(keyOf(credential, action, name));
    return untilMs !== undefined && untilMs > this.#clock.monotonic();
  }

  grant(credential: Credential, action: Action, name: ObjectName): void {
    const key = keyOf(credential, action, name);
    // Deleted first, so that the map's order is the order of expiry and the first is the one to drop.
    this.#untilMs.delete(key);
    this.#untilMs.set(key, this.#clock.monotonic() + this.#keptMs);
    if (this.#untilMs.size <= MAX_ENTRIES) return;
    const [oldest] = this.#untilMs.keys();
    if (oldest !== undefined) this.#untilMs.delete(oldest);
  }
}

/**
 * Permissions of people are those of a bucket: all its keys share one answer. A share's token is for one object, and what an
 * access key may can depend on the object's key: so are their answers.
 */
function keyOf(credential: Credential, action: Action, name: ObjectName): string {
  const bucket = `${action}\n${name.namespace}\n${name.bucket}\n`;
  if (credential.kind === 'anonymous') return bucket;
  if (credential.kind === 'bearer') return `${bucket}b${credential.token}`;
  if (credential.kind === 'share') return `${bucket}s${credential.token}\n${name.key}`;
  return `${bucket}k${credential.id}\n${name.key}`;
}
