/**
 * The authority's folder: `root.key`, `root.crt` (what people trust), `issuing.key`, `issuing.crt`. A key is written
 * before its certificate, so a key without a certificate is what a crash left, and nobody has seen it.
 */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Disk } from '../../common/disk/index.ts';
import { Conflict } from '../../common/errors/index.ts';
import { importPrivateKey, privateKeyPem, x509 } from '../../common/x509/index.ts';
import type { Signer } from './certificate-maker.ts';

export type AuthorityName = 'root' | 'issuing';

/** What is in the folder, or undefined when it was not made yet. @throws Conflict when a part is missing or foreign. */
export async function readSigner(disk: Disk, folder: string, name: AuthorityName): Promise<Signer | undefined> {
  const paths = signerPaths(folder, name);
  if (!(await disk.exists(paths.certificate))) return undefined;
  if (!(await disk.exists(paths.key))) {
    throw broken(`${paths.certificate} has lost its key ${paths.key}`);
  }
  const keyPem = (await disk.readFile(paths.key)).toString('utf8');
  const pem = (await disk.readFile(paths.certificate)).toString('utf8');
  try {
    const certificate = new x509.X509Certificate(pem);
    const key = await importPrivateKey(keyPem);
    if (!(await belongTogether(key, certificate))) throw new Error('The key is not the certificate’s.');
    return { certificate, key };
  } catch (error) {
    throw broken(`${paths.key} and ${paths.certificate} are not a key and its certificate`, error);
  }
}

export async function writeSigner(
  disk: Disk,
  folder: string,
  name: AuthorityName,
  keys: CryptoKeyPair,
  certificate: x509.X509Certificate,
): Promise<Signer> {
  const paths = signerPaths(folder, name);
  await disk.makeFolder(folder);
  const keyPem = await privateKeyPem(keys.privateKey);
  await disk.replaceFile(paths.key, Buffer.from(keyPem), { mode: 0o600 });
  await disk.replaceFile(paths.certificate, Buffer.from(certificatePem(certificate)));
  return { certificate, key: await importPrivateKey(keyPem) };
}

export function certificatePem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

export function isSignedBy(certificatePem: string, issuer: x509.X509Certificate): boolean {
  const certificate = new X509Certificate(certificatePem);
  return certificate.verify(new X509Certificate(Buffer.from(issuer.rawData)).publicKey);
}

async function belongTogether(key: CryptoKey, certificate: x509.X509Certificate): Promise<boolean> {
  const probe = new TextEncoder().encode('bramble');
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, key, probe);
  return await crypto.subtle.verify(algorithm, await certificate.publicKey.export(), signature, probe);
}

function signerPaths(folder: string, name: AuthorityName) {
  return { key: join(folder, `${name}.key`), certificate: join(folder, `${name}.crt`) };
}

function broken(what: string, cause?: unknown): Conflict {
  return new Conflict(`${what}. Restore the authority's folder from a backup, or move it away to begin anew.`, {
    code: 'authority-broken',
    cause,
  });
}
