/**
 * Every denial goes into the log, and no flood of them fills it. The first of a kind (who, from where, why, of what) in a
 * window is written at once, up to IMMEDIATE_PER_WINDOW; all others are counted, and written together when the window
 * ends: at most KINDS_PER_WINDOW kinds, and what is beyond them as one number a reason.
 */
import { z } from 'zod';
import type { Clock } from '../../common/clock/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { type Actor, actor, type Command, SYSTEM } from '../log/index.ts';
import { type Applier, applier } from '../records/index.ts';

const WINDOW_MS = 60_000;
const IMMEDIATE_PER_WINDOW = 32;
const KINDS_PER_WINDOW = 512;

const REASONS = [
  'login-failed',
  'login-limited',
  'token-invalid',
  'token-expired',
  'access-key-invalid',
  'access-key-expired',
  'access-key-limited',
  'refresh-token-reused',
  'refresh-token-invalid',
  'not-logged-in',
  'not-allowed',
] as const;
export type DenialReason = (typeof REASONS)[number];

const denial = z.object({
  actor,
  reason: z.enum(REASONS),
  /** What was wanted, such as `write namespace alice`. */
  wanted: z.string().max(200).optional(),
  count: z.int().positive(),
  firstAt: z.int(),
  lastAt: z.int(),
});
type CountedDenial = z.infer<typeof denial>;

const DENIED = 'audit.denied';

/** What the audit trail shows of a command: who was denied what. There is no secret in it. */
export function denialsOf({ type, data }: Command): unknown {
  return type === DENIED ? data : undefined;
}

/** The log is the audit trail: the records keep nothing of it. */
export const denialApplier: Applier = applier({
  type: DENIED,
  schema: z.object({ denials: z.array(denial).min(1) }),
  apply: async () => {},
});

export interface Denial {
  actor: Actor;
  reason: DenialReason;
  wanted?: string;
  requestId: string;
}

export interface DenialAuditOptions {
  append(command: Command): Promise<unknown>;
  clock: Clock;
  logger: Logger;
}

export class DenialAudit implements AsyncDisposable {
  readonly #options: DenialAuditOptions;
  readonly #writes = new Set<Promise<void>>();
  #kinds = new Map<string, CountedDenial>();
  #immediate = 0;
  #window: Disposable | undefined;

  constructor(options: DenialAuditOptions) {
    this.#options = options;
  }

  /** Takes note, without making the caller wait for the disk. */
  record(event: Denial): void {
    const now = this.#options.clock.now();
    this.#window ??= this.#options.clock.setTimer(WINDOW_MS, () => this.#endWindow());
    const key = keyOf(event);
    const known = this.#kinds.get(key);
    if (known) {
      known.count += 1;
      known.lastAt = now;
      return;
    }
    if (this.#kinds.size >= KINDS_PER_WINDOW) {
      this.#countBeyond(event.reason, now);
      return;
    }
    const wanted = event.wanted?.slice(0, 200);
    const item = { actor: event.actor, reason: event.reason, ...(wanted !== undefined && { wanted }) };
    const isImmediate = this.#immediate < IMMEDIATE_PER_WINDOW;
    this.#kinds.set(key, { ...item, count: isImmediate ? 0 : 1, firstAt: now, lastAt: now });
    if (!isImmediate) return;
    this.#immediate += 1;
    this.#write(event.actor, event.requestId, [{ ...item, count: 1, firstAt: now, lastAt: now }]);
  }

  /** Writes what was counted so far. */
  async flush(): Promise<void> {
    this.#endWindow();
    await Promise.all(this.#writes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #countBeyond(reason: DenialReason, now: number): void {
    const key = `beyond ${reason}`;
    const known = this.#kinds.get(key) ?? {
      actor: { kind: 'anonymous' as const, id: 'many' },
      reason,
      count: 0,
      firstAt: now,
      lastAt: now,
    };
    this.#kinds.set(key, { ...known, count: known.count + 1, lastAt: now });
  }

  #endWindow(): void {
    this.#window?.[Symbol.dispose]();
    this.#window = undefined;
    this.#immediate = 0;
    const counted = [...this.#kinds.values()].filter((item) => item.count > 0);
    this.#kinds = new Map();
    if (counted.length > 0) this.#write(SYSTEM, 'audit', counted);
  }

  #write(by: Actor, requestId: string, denials: CountedDenial[]): void {
    const command = { type: DENIED, at: this.#options.clock.now(), actor: by, requestId, data: { denials } };
    const written: Promise<void> = this.#options
      .append(command)
      .then(
        () => {},
        (error: unknown) => this.#options.logger.error({ err: error, denials }, 'denials could not be audited'),
      )
      .finally(() => this.#writes.delete(written));
    this.#writes.add(written);
  }
}

function keyOf({ actor: by, reason, wanted }: Denial): string {
  return JSON.stringify([by.kind, by.id, by.address, reason, wanted]);
}
