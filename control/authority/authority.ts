/**
 * The bramble's certificate authority: a root that people trust, and an issuing authority below it that signs what is
 * short-lived. Chains are sent as leaf and issuing certificate; only the root is given out as trust.
 */
import type { Clock } from '../../common/clock/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import { Conflict, InvalidInput } from '../../common/errors/index.ts';
import { parseSpiffeId, type SpiffeId } from '../../common/identity/index.ts';
import type { Random } from '../../common/ids/index.ts';
import type { IssuedCertificate } from '../../common/renewal/index.ts';
import { generateKeys, type HostName, proveSigningRequest } from '../../common/x509/index.ts';
import { certificatePem, isSignedBy, readSigner, writeSigner } from './authority-files.ts';
import { type Signer, selfSign, sign } from './certificate-maker.ts';
import {
  GATEWAY_VALIDITY_MS,
  gatewayProfile,
  ISSUING_VALIDITY_MS,
  issuingProfile,
  PROCESS_VALIDITY_MS,
  type Profile,
  processProfile,
  ROOT_VALIDITY_MS,
  rootProfile,
  validityFrom,
} from './certificate-profiles.ts';

export interface AuthorityOptions {
  disk: Disk;
  clock: Pick<Clock, 'now'>;
  random: Random;
  /** Where keys and certificates are kept. */
  folder: string;
  /** The trust domain; fixed once the authority is made. */
  brambleName?: string;
  /** How long the certificate of a process lasts. */
  processValidityMs?: number;
  /** How long the public certificate of a gateway lasts. */
  gatewayValidityMs?: number;
  /** Domains, with all below them, that gateways may have certificates for besides this machine's own names. */
  domains?: readonly string[];
}

export class Authority {
  readonly bramble: string;
  /** PEM of what people and processes trust. */
  readonly rootPem: string;
  readonly options: AuthorityOptions;
  readonly #root: Signer;
  #issuing: Signer;

  private constructor(options: AuthorityOptions, bramble: string, root: Signer, issuing: Signer) {
    this.options = options;
    this.bramble = bramble;
    this.rootPem = certificatePem(root.certificate);
    this.#root = root;
    this.#issuing = issuing;
  }

  /** @throws Conflict when the folder's authority is broken, expired, or of another bramble. */
  static async open(options: AuthorityOptions): Promise<Authority> {
    const { disk, folder, clock } = options;
    const root = (await readSigner(disk, folder, 'root')) ?? (await makeRoot(options));
    const bramble = brambleOf(root);
    if (options.brambleName !== undefined && options.brambleName !== bramble) {
      throw new Conflict(`${folder} is the authority of '${bramble}', not of '${options.brambleName}'.`, {
        code: 'authority-of-another-bramble',
      });
    }
    if (root.certificate.notAfter.getTime() <= clock.now()) {
      throw new Conflict(
        `The root certificate in ${folder} expired at ${root.certificate.notAfter.toISOString()}. ` +
          `Check the machine's clock; if it is right, move the folder away to begin anew.`,
        { code: 'authority-expired' },
      );
    }
    const issuing = await readSigner(disk, folder, 'issuing');
    if (issuing && !isSignedBy(certificatePem(issuing.certificate), root.certificate)) {
      throw new Conflict(`The issuing certificate in ${folder} was not signed by the root beside it.`, {
        code: 'authority-broken',
      });
    }
    return new Authority(options, bramble, root, issuing ?? (await makeIssuing(options, bramble, root)));
  }

  /** PEM of who signs certificates now; it is sent along behind each of them. */
  get issuingPem(): string {
    return certificatePem(this.#issuing.certificate);
  }

  /** The certificate of a process, for who has the key of `request` (DER). @throws InvalidInput when not proven. */
  async issueProcessCertificate(request: Uint8Array | CryptoKey, id: SpiffeId): Promise<IssuedCertificate> {
    if (id.bramble !== this.bramble) {
      throw new InvalidInput(`'${id.bramble}' is not this bramble, which is '${this.bramble}'.`);
    }
    const publicKey = request instanceof Uint8Array ? (await proveSigningRequest(request)).publicKey : request;
    return await this.#issue(publicKey, processProfile(id), this.options.processValidityMs ?? PROCESS_VALIDITY_MS);
  }

  /** A gateway's public certificate. Whether `names` are ones it may have was checked before. */
  async issueGatewayCertificate(publicKey: CryptoKey, names: readonly HostName[]): Promise<IssuedCertificate> {
    const profile = gatewayProfile(this.bramble, names);
    return await this.#issue(publicKey, profile, this.options.gatewayValidityMs ?? GATEWAY_VALIDITY_MS);
  }

  /** Whether the present issuing authority signed this certificate. */
  hasSigned(pem: string): boolean {
    return isSignedBy(pem, this.#issuing.certificate);
  }

  async #issue(publicKey: CryptoKey, profile: Profile, validityMs: number): Promise<IssuedCertificate> {
    const { clock, random } = this.options;
    await this.#renewIssuing();
    const certificate = await sign(this.#issuing, publicKey, profile, validityFrom(clock.now(), validityMs), random);
    return { certificatePem: certificatePem(certificate) + this.issuingPem, authorityPem: this.rootPem };
  }

  /** Past its half-life a new issuing authority takes over; chains sent by the old one stay whole until they expire. */
  async #renewIssuing(): Promise<void> {
    const { notBefore, notAfter } = this.#issuing.certificate;
    if (this.options.clock.now() < (notBefore.getTime() + notAfter.getTime()) / 2) return;
    this.#issuing = await makeIssuing(this.options, this.bramble, this.#root);
  }
}

export const openAuthority = (options: AuthorityOptions): Promise<Authority> => Authority.open(options);

async function makeRoot(options: AuthorityOptions): Promise<Signer> {
  const { disk, clock, random, folder } = options;
  const bramble = options.brambleName ?? 'bramble';
  parseSpiffeId(`spiffe://${bramble}/node/any/control`);
  const keys = await generateKeys();
  const validity = validityFrom(clock.now(), ROOT_VALIDITY_MS);
  const certificate = await selfSign(keys, rootProfile(bramble, randomMark(options)), validity, random);
  return await writeSigner(disk, folder, 'root', keys, certificate);
}

async function makeIssuing(options: AuthorityOptions, bramble: string, root: Signer): Promise<Signer> {
  const { disk, clock, random, folder } = options;
  const keys = await generateKeys();
  const validity = validityFrom(clock.now(), ISSUING_VALIDITY_MS);
  const profile = issuingProfile(bramble, randomMark(options));
  const certificate = await sign(root, keys.publicKey, profile, validity, random);
  return await writeSigner(disk, folder, 'issuing', keys, certificate);
}

/** Tells authorities of the same bramble name apart where people see them, such as a browser's list. */
function randomMark(options: AuthorityOptions): string {
  return Buffer.from(options.random.bytes(3)).toString('hex');
}

function brambleOf(root: Signer): string {
  const [name] = root.certificate.subjectName.getField('O');
  if (!name) throw new Conflict('The root certificate does not name a bramble.', { code: 'authority-broken' });
  return name;
}
