/**
 * SigV4 signing keys, as control derives them. Known ones are kept for a minute, the answer that there is none for a few
 * seconds, apart from each other: who tries ids at random drives no known one out. A revoked key signs until it is
 * forgotten here, and still may nothing: control judges the access key anew in every call.
 */
import type { Clock } from '../../../common/clock/index.ts';
import { Unavailable } from '../../../common/errors/index.ts';
import {
  ACCESS_KEY_ID,
  ACCESS_KEY_PATH,
  type AccessKeyRequest,
  type SigningKey,
} from '../../../common/filesystem/index.ts';
import type { InternalClient, Target } from '../../../common/internal/index.ts';
import { MASTER_CALL_MS, MASTER_PATIENCE_MS } from '../timing.ts';
import { patiently } from './patience.ts';

const KNOWN_KEPT_MS = 60_000;
const UNKNOWN_KEPT_MS = 5_000;
/** Of either kind. */
const MAX_KEPT = 10_000;
const MAX_ASKED_AT_ONCE = 1024;

/** Who shows the id, for control's audit. */
export interface KeyHolder {
  requestId?: string;
  address?: string;
}

interface Kept {
  key: SigningKey | null;
  untilMs: number;
}

export class SigningKeys {
  readonly #ask: (request: AccessKeyRequest) => Promise<SigningKey | null>;
  readonly #clock: Clock;
  readonly #known = new Map<string, Kept>();
  readonly #unknown = new Map<string, Kept>();
  /** One question at a time for each key: a client's first burst of requests asks once. */
  readonly #asked = new Map<string, Promise<SigningKey | null>>();

  /** `ask`: the call to control. */
  constructor(clock: Clock, ask: (request: AccessKeyRequest) => Promise<SigningKey | null>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  static of(client: InternalClient, control: Target, clock: Clock): SigningKeys {
    return new SigningKeys(clock, (request) => {
      const deadlineMs = clock.monotonic() + MASTER_PATIENCE_MS;
      return patiently(
        clock,
        deadlineMs,
        async () =>
          (await client.call(control, ACCESS_KEY_PATH, request, { timeoutMs: MASTER_CALL_MS })) as SigningKey | null,
      );
    });
  }

  /**
   * The key for the day (`YYYYMMDD`), region and service; null when there is no such access key.
   * @throws Unavailable when control is away for long; TooManyRequests when the holder tried too many unknown ids.
   */
  find(id: string, date: string, region: string, service: string, holder: KeyHolder = {}): Promise<SigningKey | null> {
    if (!ACCESS_KEY_ID.test(id)) return Promise.resolve(null);
    const name = `${id} ${date} ${region} ${service}`;
    const kept = this.#known.get(name) ?? this.#unknown.get(id);
    if (kept && kept.untilMs > this.#clock.monotonic()) return Promise.resolve(kept.key);
    const asked = this.#asked.get(name);
    if (asked) return asked;
    if (this.#asked.size >= MAX_ASKED_AT_ONCE) {
      return Promise.reject(new Unavailable('Too many access keys are looked up at once; try again soon.'));
    }
    const asking = this.#find(name, { id, date, region, service, ...holder }).finally(() => this.#asked.delete(name));
    this.#asked.set(name, asking);
    return asking;
  }

  async #find(name: string, request: AccessKeyRequest): Promise<SigningKey | null> {
    const key = await this.#ask(request);
    this.#known.delete(name);
    if (key) keep(this.#known, name, { key, untilMs: this.#clock.monotonic() + KNOWN_KEPT_MS });
    else keep(this.#unknown, request.id, { key, untilMs: this.#clock.monotonic() + UNKNOWN_KEPT_MS });
    return key;
  }
}

/** All of one map are kept for equally long, so that the first is the one that expires next. */
function keep(map: Map<string, Kept>, name: string, kept: Kept): void {
  map.delete(name);
  map.set(name, kept);
  if (map.size <= MAX_KEPT) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
