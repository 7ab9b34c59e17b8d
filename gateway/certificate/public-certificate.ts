/**
 * What the gateway shows to people: the certificate in `<dataFolder>/public/` while it is good, else one from control's
 * authority; until control answers, its own inner certificate, so that the port is there and says what it waits for.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../../common/clock/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import type { IdentityMaterial } from '../../common/identity/index.ts';
import type { Logger } from '../../common/logging/index.ts';

export type RequestCertificate = (signal: AbortSignal) => Promise<IdentityMaterial>;

export interface PublicCertificateOptions {
  disk: Disk;
  folder: string;
  clock: Clock;
  logger: Logger;
  request: RequestCertificate;
  /** Shown until there is one. */
  interim: IdentityMaterial;
}

const FILES = { key: 'gateway.key', certificate: 'gateway.crt', authority: 'authority.crt' } as const;
/** Timers stand still while a machine sleeps: the clock is looked at again at least this often. */
const LOOK_MS = 60_000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;
/** Between two renewals, also when a certificate comes back past its half-life already. */
const SHORTEST_WAIT_MS = 250;

export class PublicCertificate implements AsyncDisposable {
  readonly #options: PublicCertificateOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  readonly #obtained = Promise.withResolvers<void>();
  #material: IdentityMaterial;
  #context: SecureContext;
  #halfLifeMs: number;
  #loop: Promise<void> = Promise.resolve();

  private constructor(options: PublicCertificateOptions, stored: IdentityMaterial | undefined) {
    this.#options = options;
    this.#material = stored ?? options.interim;
    this.#context = contextOf(this.#material);
    this.#halfLifeMs = stored ? halfLifeMs(stored) : Number.NEGATIVE_INFINITY;
    if (stored) this.#obtained.resolve();
  }

  static async open(options: PublicCertificateOptions): Promise<PublicCertificate> {
    const certificate = new PublicCertificate(options, await readStored(options));
    certificate.#loop = certificate.#run();
    return certificate;
  }

  /** Resolves once there is a certificate that people can check. */
  get obtained(): Promise<void> {
    return this.#obtained.promise;
  }

  get secureContext(): { key: string; cert: string } {
    return { key: this.#material.keyPem, cert: this.#material.certificatePem };
  }

  /** PEM of the authority that people have to trust. */
  get authorityPem(): string {
    return this.#material.authorityPem;
  }

  /** By server name (SNI). One certificate carries all names so far. */
  contextFor(_name: string): SecureContext {
    return this.#context;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The gateway is stopping.'));
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (failures > 0) await clock.sleep(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)), signal);
        else await this.#untilHalfLife(signal);
        await this.#renew(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures = Math.min(failures + 1, 16);
        logger.warn({ err: error, failures }, 'public certificate not obtained yet');
      }
    }
  }

  async #untilHalfLife(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    if (this.#halfLifeMs === Number.NEGATIVE_INFINITY) return;
    await clock.sleep(SHORTEST_WAIT_MS, signal);
    for (let waitMs = this.#halfLifeMs - clock.now(); waitMs > 0; waitMs = this.#halfLifeMs - clock.now()) {
      await clock.sleep(Math.min(waitMs, LOOK_MS), signal);
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { disk, folder, logger, request } = this.#options;
    const material = await request(signal);
    const context = contextOf(material);
    await disk.makeFolder(folder);
    await disk.replaceFile(join(folder, FILES.authority), Buffer.from(material.authorityPem));
    await disk.replaceFile(join(folder, FILES.key), Buffer.from(material.keyPem), { mode: 0o600 });
    await disk.replaceFile(join(folder, FILES.certificate), Buffer.from(material.certificatePem));
    this.#material = material;
    this.#context = context;
    this.#halfLifeMs = halfLifeMs(material);
    this.#obtained.resolve();
    for (const listener of this.#listeners) listener();
    logger.info({ validTo: new X509Certificate(material.certificatePem).validToDate }, 'public certificate obtained');
  }
}

/** What is in the folder, unless it is expired or torn (key of one renewal, certificate of another). */
async function readStored({ disk, folder, clock, logger }: PublicCertificateOptions) {
  if (!(await disk.exists(join(folder, FILES.certificate)))) return undefined;
  try {
    const [keyPem, certificatePem, authorityPem] = await Promise.all(
      [FILES.key, FILES.certificate, FILES.authority].map(async (name) =>
        (await disk.readFile(join(folder, name))).toString('utf8'),
      ),
    );
    if (!keyPem || !certificatePem || !authorityPem) return undefined;
    const certificate = new X509Certificate(certificatePem);
    const isGood =
      certificate.checkPrivateKey(createPrivateKey(keyPem)) && certificate.validToDate.getTime() > clock.now();
    return isGood ? { keyPem, certificatePem, authorityPem } : undefined;
  } catch (error) {
    logger.warn({ err: error, folder }, 'the stored public certificate cannot be read; a new one is asked for');
    return undefined;
  }
}

function contextOf(material: IdentityMaterial): SecureContext {
  return createSecureContext({ key: material.keyPem, cert: material.certificatePem });
}

function halfLifeMs({ certificatePem }: IdentityMaterial): number {
  const { validFromDate, validToDate } = new X509Certificate(certificatePem);
  return (validFromDate.getTime() + validToDate.getTime()) / 2;
}
