/**
 * Renews a process's certificate at half its life: new key, signing request, files, then `Identity.replace`, after which
 * new connections show the new certificate and old ones go on. What somebody else put into the folder is taken first,
 * so a process whose certificate expired while the machine slept comes back once control has written a new one.
 */
import { X509Certificate } from 'node:crypto';
import type { Clock } from '../clock/index.ts';
import type { Disk } from '../disk/index.ts';
import {
  belongTogether,
  type Identity,
  type IdentityMaterial,
  readIdentity,
  writeIdentity,
} from '../identity/index.ts';
import type { Random } from '../ids/index.ts';
import type { Logger } from '../logging/index.ts';
import type { IssueCertificate } from './request-certificate.ts';

export interface RenewalOptions {
  identity: Identity;
  disk: Disk;
  /** The identity's folder. */
  folder: string;
  clock: Clock;
  random: Random;
  logger: Logger;
  issue: IssueCertificate;
}

/** Timers stand still while a machine sleeps: the clock is looked at again at least this often. */
const LOOK_MS = 60_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** Between two renewals, also when a certificate comes back past its half-life already. */
const SHORTEST_WAIT_MS = 250;

export class IdentityRenewal implements AsyncDisposable {
  readonly #options: RenewalOptions;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  private constructor(options: RenewalOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  static start(options: RenewalOptions): IdentityRenewal {
    return new IdentityRenewal(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('Renewal is stopping.'));
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, logger, identity } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (failures === 0) await this.#untilHalfLife(signal);
        else await clock.sleep(retryDelayMs(failures, this.#options.random), signal);
        await this.#renew(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const validForMs = identity.validToMs - clock.now();
        logger[validForMs > 0 ? 'warn' : 'error']({ err: error, failures, validForMs }, 'certificate not renewed yet');
      }
    }
  }

  async #untilHalfLife(signal: AbortSignal): Promise<void> {
    const { clock, identity } = this.#options;
    let waitMs = Math.max(SHORTEST_WAIT_MS, halfLifeMs(identity) - clock.now());
    do {
      await clock.sleep(Math.min(waitMs, LOOK_MS), signal);
      waitMs = halfLifeMs(identity) - clock.now();
    } while (waitMs > 0);
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { identity, disk, folder, logger, issue } = this.#options;
    const found = await this.#newerInFolder();
    if (found) {
      identity.replace(found);
      logger.info({ validTo: new Date(identity.validToMs) }, 'certificate taken from the folder');
      return;
    }
    // Loaded on demand: the certificate library costs a start 130 ms.
    const { createSigningRequest } = await import('../x509/index.ts');
    const { keyPem, request } = await createSigningRequest();
    const material = { keyPem, ...(await issue(request, signal)) };
    await writeIdentity(disk, folder, material);
    identity.replace(material);
    logger.info({ validTo: new Date(identity.validToMs) }, 'certificate renewed');
  }

  /** A usable identity in the folder that lasts longer than ours, if there is one. */
  async #newerInFolder(): Promise<IdentityMaterial | undefined> {
    const { disk, folder, identity, clock, logger } = this.#options;
    try {
      const material = await readIdentity(disk, folder);
      const certificate = new X509Certificate(material.certificatePem);
      const validToMs = certificate.validToDate.getTime();
      const isNewer = validToMs > identity.validToMs && validToMs > clock.now();
      return isNewer && belongTogether(material) ? material : undefined;
    } catch (error) {
      logger.warn({ err: error, folder }, 'the identity in the folder cannot be read; a new one is asked for');
      return undefined;
    }
  }
}

function halfLifeMs(identity: Identity): number {
  return (identity.validFromMs + identity.validToMs) / 2;
}

/** Doubling from half a second to a minute, the latter half of it random, so that nodes do not come all at once. */
function retryDelayMs(failures: number, random: Random): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 16));
  const [byte = 0] = random.bytes(1);
  return longest / 2 + (longest / 2) * (byte / 255);
}
