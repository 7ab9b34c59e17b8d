/** A throw-away certificate authority for tests: identities for processes and certificates for public names. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { Identity } from './identity.ts';
import { formatSpiffeId, type SpiffeId } from './spiffe-id.ts';

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface TestValidity {
  validFromMs?: number;
  validToMs?: number;
}

export interface TestAuthority {
  /** PEM of the root that everything issued here chains to. */
  readonly authorityPem: string;
  /** A process's identity, valid for a day unless told otherwise. */
  issue(id: SpiffeId, validity?: TestValidity): Promise<Identity>;
  /** A server's key and certificate for DNS names and IP addresses. */
  issueServer(names: readonly string[], validity?: TestValidity): Promise<{ key: string; cert: string }>;
  /** The certificate (PEM) for a signing request (PKCS #10, DER), for `names` whatever the request asks. */
  sign(request: Uint8Array, names: readonly string[], validity?: TestValidity): Promise<string>;
}

export async function makeTestAuthority(): Promise<TestAuthority> {
  cryptoProvider.set(webcrypto as unknown as Crypto);
  const rootKeys = await makeKeys();
  const now = Date.now();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Bramble test authority',
    keys: rootKeys,
    signingAlgorithm: KEY_ALGORITHM,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + DAY_MS),
    extensions: [
      new BasicConstraintsExtension(true, 1, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const certify = async (publicKey: CryptoKey, names: AlternativeNames, validity: TestValidity = {}) =>
    X509CertificateGenerator.create({
      subject: 'CN=test',
      issuer: root.subject,
      publicKey,
      signingKey: rootKeys.privateKey,
      signingAlgorithm: KEY_ALGORITHM,
      notBefore: new Date(validity.validFromMs ?? now - 60_000),
      notAfter: new Date(validity.validToMs ?? now + DAY_MS),
      extensions: [
        new SubjectAlternativeNameExtension(names),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      ],
    });
  const authorityPem = pem(root);

  return {
    authorityPem,
    issue: async (id, validity) => {
      const keys = await makeKeys();
      const certificate = await certify(keys.publicKey, [{ type: 'url', value: formatSpiffeId(id) }], validity);
      return new Identity({ keyPem: await privatePem(keys), certificatePem: pem(certificate), authorityPem });
    },
    issueServer: async (names, validity) => {
      const keys = await makeKeys();
      return { key: await privatePem(keys), cert: pem(await certify(keys.publicKey, publicNames(names), validity)) };
    },
    sign: async (request, names, validity) => {
      const { publicKey } = new Pkcs10CertificateRequest(new Uint8Array(request));
      return pem(await certify(await publicKey.export(), publicNames(names), validity));
    },
  };
}

type AlternativeNames = { type: 'url' | 'dns' | 'ip'; value: string }[];

function publicNames(names: readonly string[]): AlternativeNames {
  return names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value }));
}

async function makeKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair;
}

async function privatePem(keys: CryptoKeyPair): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`;
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
