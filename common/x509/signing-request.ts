/** Certificate signing requests (PKCS #10, RFC 2986): made by who wants a certificate, checked by the authority. */
import { InvalidInput } from '../errors/index.ts';
import { generateKeys, privateKeyPem, SIGNATURE } from './keys.ts';
import { x509 } from './x509.ts';

export interface SigningRequest {
  /** PKCS #8 PEM of the new key, which never leaves this process. */
  keyPem: string;
  /** The request, DER. */
  request: Uint8Array;
}

/** A host name or an address to be put into a certificate. */
export interface HostName {
  type: 'dns' | 'ip';
  value: string;
}

/** A new key and a request signed by it, asking for `names`; for a process's own certificate the authority knows them. */
export async function createSigningRequest(names: readonly HostName[] = []): Promise<SigningRequest> {
  const keys = await generateKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: SIGNATURE,
    ...(names.length > 0 && { extensions: [new x509.SubjectAlternativeNameExtension([...names])] }),
  });
  return { keyPem: await privateKeyPem(keys.privateKey), request: new Uint8Array(request.rawData) };
}

export interface ProvenRequest {
  publicKey: CryptoKey;
  names: HostName[];
}

/** Reads a request and proves that its sender has the key. @throws InvalidInput when it is broken or not signed by it. */
export async function proveSigningRequest(request: Uint8Array): Promise<ProvenRequest> {
  const refuse = (cause?: unknown) =>
    new InvalidInput('This is not a certificate signing request (PKCS #10, ECDSA P-256) signed by its own key.', {
      code: 'invalid-signing-request',
      cause,
    });
  let parsed: x509.Pkcs10CertificateRequest;
  let publicKey: CryptoKey;
  let isProven: boolean;
  try {
    parsed = new x509.Pkcs10CertificateRequest(new Uint8Array(request));
    publicKey = await parsed.publicKey.export({ name: 'ECDSA', namedCurve: 'P-256' } as EcKeyImportParams, ['verify']);
    isProven = await parsed.verify();
  } catch (error) {
    throw refuse(error);
  }
  if (!isProven) throw refuse();
  const extension = parsed.extensions.find((each) => each instanceof x509.SubjectAlternativeNameExtension);
  const names = (extension?.names.items ?? []).map(({ type, value }) => {
    if (type !== 'dns' && type !== 'ip') throw refuse();
    return { type, value } satisfies HostName;
  });
  return { publicKey, names };
}
