/**
 * A process's own key and certificate, kept in a folder of three PEM files, replaced while running at renewal: servers
 * take the new one for new connections, old connections go on.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Disk } from '../disk/index.ts';
import { type SpiffeId, spiffeIdOf } from './spiffe-id.ts';

export const IDENTITY_FILES = { key: 'identity.key', certificate: 'identity.crt', authority: 'authority.crt' } as const;

export interface IdentityMaterial {
  /** PKCS #8 PEM. */
  keyPem: string;
  /** PEM, the process's own certificate first, then the issuing one. */
  certificatePem: string;
  /** PEM of the root or roots to trust. */
  authorityPem: string;
}

export class Identity {
  #material: IdentityMaterial;
  #id: SpiffeId;
  #certificate: X509Certificate;
  readonly #listeners = new Set<() => void>();

  constructor(material: IdentityMaterial) {
    this.#material = material;
    this.#certificate = new X509Certificate(material.certificatePem);
    this.#id = spiffeIdOf(this.#certificate.subjectAltName);
  }

  static async load(disk: Disk, folder: string): Promise<Identity> {
    return new Identity(await readIdentity(disk, folder));
  }

  get material(): IdentityMaterial {
    return this.#material;
  }

  get id(): SpiffeId {
    return this.#id;
  }

  get validFromMs(): number {
    return this.#certificate.validFromDate.getTime();
  }

  get validToMs(): number {
    return this.#certificate.validToDate.getTime();
  }

  /** Takes a renewed certificate; everyone told by `onChange` uses it from now on. */
  replace(material: IdentityMaterial): void {
    const certificate = new X509Certificate(material.certificatePem);
    this.#id = spiffeIdOf(certificate.subjectAltName);
    this.#certificate = certificate;
    this.#material = material;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}

/** The pair in the folder. @throws Node's error when a file is missing, or the key's and certificate's own when broken. */
export async function readIdentity(disk: Disk, folder: string): Promise<IdentityMaterial> {
  const read = async (name: string) => (await disk.readFile(join(folder, name))).toString('utf8');
  const [keyPem, certificatePem, authorityPem] = await Promise.all([
    read(IDENTITY_FILES.key),
    read(IDENTITY_FILES.certificate),
    read(IDENTITY_FILES.authority),
  ]);
  const material = { keyPem, certificatePem, authorityPem };
  if (belongTogether(material) || !(await disk.exists(join(folder, NEXT_KEY)))) return material;
  const next = { ...material, keyPem: await read(NEXT_KEY) };
  return belongTogether(next) ? next : material;
}

/**
 * The new key waits under another name until its certificate is there, so that a crash at any moment leaves a
 * certificate with its key: `readIdentity` takes whichever of the two keys belongs to it.
 */
export async function writeIdentity(disk: Disk, folder: string, material: IdentityMaterial): Promise<void> {
  await disk.makeFolder(folder);
  await disk.replaceFile(join(folder, NEXT_KEY), Buffer.from(material.keyPem), { mode: 0o600 });
  await disk.replaceFile(join(folder, IDENTITY_FILES.authority), Buffer.from(material.authorityPem));
  await disk.replaceFile(join(folder, IDENTITY_FILES.certificate), Buffer.from(material.certificatePem));
  await disk.rename(join(folder, NEXT_KEY), join(folder, IDENTITY_FILES.key));
  await disk.syncFolder(folder);
}

const NEXT_KEY = 'identity.key.next';

/** Whether the key is the certificate's own. */
export function belongTogether(material: Pick<IdentityMaterial, 'keyPem' | 'certificatePem'>): boolean {
  return new X509Certificate(material.certificatePem).checkPrivateKey(createPrivateKey(material.keyPem));
}
