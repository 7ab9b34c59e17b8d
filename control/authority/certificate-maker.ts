/** Signs certificates with one authority's key: its own, or those of who stands below it. */
import type { Random } from '../../common/ids/index.ts';
import { SIGNATURE, x509 } from '../../common/x509/index.ts';
import type { Profile, Validity } from './certificate-profiles.ts';

/** A certificate that may sign others, with its key. */
export interface Signer {
  certificate: x509.X509Certificate;
  key: CryptoKey;
}

export async function selfSign(
  keys: CryptoKeyPair,
  profile: Profile,
  validity: Validity,
  random: Random,
): Promise<x509.X509Certificate> {
  return await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    keys,
    name: profile.subject,
    serialNumber: randomSerial(random),
    signingAlgorithm: SIGNATURE,
    extensions: [...profile.extensions, await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)],
  });
}

export async function sign(
  signer: Signer,
  publicKey: CryptoKey,
  profile: Profile,
  validity: Validity,
  random: Random,
): Promise<x509.X509Certificate> {
  return await x509.X509CertificateGenerator.create({
    // Nothing outlives who signed it.
    notBefore: validity.notBefore,
    notAfter: new Date(Math.min(validity.notAfter.getTime(), signer.certificate.notAfter.getTime())),
    subject: profile.subject,
    issuer: signer.certificate.subject,
    publicKey,
    signingKey: signer.key,
    serialNumber: randomSerial(random),
    signingAlgorithm: SIGNATURE,
    extensions: [
      ...profile.extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey),
    ],
  });
}

/** 126 random bits; the first byte keeps it positive and of constant length (RFC 5280 §4.1.2.2). */
function randomSerial(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return Buffer.from(bytes).toString('hex');
}
