/**
 * Whose certificates to believe, decided once at login: an authority given by file, else what the system trusts, else
 * the one in this folder's `.bramble`, else the one the bramble itself shows, once a person has compared its fingerprint.
 */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, Forbidden } from '../../common/errors/index.ts';
import { HttpsClient, readText } from './https-client.ts';

const CA_PATH = '/.well-known/bramble/ca.pem';
const LOCAL_CA = join('.bramble', 'authority', 'root.crt');
const PROBE_TIMEOUT_MS = 10_000;

export interface TrustQuestion {
  readonly origin: URL;
  /** The working folder. */
  readonly folder: string;
  readonly caFile: string | undefined;
  /** SHA-256 of the authority's certificate, known beforehand. */
  readonly fingerprint: string | undefined;
  /** Shows the fingerprint and answers whether it is the right one. */
  approve(fingerprint: string): Promise<boolean>;
}

/** @returns PEM of the authority, or null for what the system trusts. */
export async function decideTrust(question: TrustQuestion): Promise<string | null> {
  const { origin, caFile } = question;
  if (caFile !== undefined) {
    const ca = await readFile(caFile, 'utf8');
    await probe(origin, ca);
    return ca;
  }
  if (await isTrusted(origin, undefined)) return null;
  const local = await readIfThere(join(question.folder, LOCAL_CA));
  if (local !== undefined && (await isTrusted(origin, local))) return local;
  const shown = await fetchAuthority(origin);
  const fingerprint = fingerprintOf(shown);
  if (question.fingerprint !== undefined) {
    if (!sameFingerprint(question.fingerprint, fingerprint)) {
      throw new Forbidden(`The authority of ${origin.host} has another fingerprint: ${fingerprint}.`, {
        code: 'fingerprint-differs',
      });
    }
  } else if (!(await question.approve(fingerprint))) {
    throw new Forbidden(`The authority of ${origin.host} was not trusted.`, { code: 'not-trusted' });
  }
  await probe(origin, shown);
  return shown;
}

export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

export function sameFingerprint(one: string, other: string): boolean {
  const bare = (text: string) =>
    text
      .replace(/^sha-?256[:=]/i, '')
      .replaceAll(/[^0-9a-f]/gi, '')
      .toUpperCase();
  return bare(one).length === 64 && bare(one) === bare(other);
}

async function isTrusted(origin: URL, ca: string | undefined): Promise<boolean> {
  try {
    await probe(origin, ca);
    return true;
  } catch (error) {
    if (isCertificateError(error)) return false;
    throw error;
  }
}

async function probe(origin: URL, ca: string | undefined): Promise<void> {
  using client = new HttpsClient(origin, ca);
  const response = await client.send({ method: 'GET', path: '/health', idleTimeoutMs: PROBE_TIMEOUT_MS });
  await readText(response.body, 64 * 1024);
}

/** Over a connection that is not verified: what it gives must be compared by a person before it is used. */
async function fetchAuthority(origin: URL): Promise<string> {
  using client = new HttpsClient(origin, 'anything');
  const response = await client.send({ method: 'GET', path: CA_PATH, idleTimeoutMs: PROBE_TIMEOUT_MS });
  const text = await readText(response.body, 64 * 1024);
  if (response.status !== 200 || !text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new AppError(
      'not-trusted',
      502,
      'Not trusted',
      `${origin.host} shows a certificate that is not trusted here; give its authority with --ca FILE.`,
    );
  }
  return text;
}

export function isCertificateError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/.test(code);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
