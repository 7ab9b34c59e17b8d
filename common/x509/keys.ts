/** Keys of certificates: ECDSA over P-256, kept as PKCS #8 PEM. */
import { x509 } from './x509.ts';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

export const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

export async function generateKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
}

export async function privateKeyPem(key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** The signing key in a PKCS #8 PEM; it cannot be exported again. @throws DOMException when it is not a P-256 key. */
export async function importPrivateKey(pem: string): Promise<CryptoKey> {
  return await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), CURVE, false, ['sign']);
}
