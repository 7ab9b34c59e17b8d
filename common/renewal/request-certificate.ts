/** Certificates asked of control: a process's own at renewal, a gateway's public one. */

import type { IdentityMaterial } from '../identity/index.ts';
import type { InternalClient } from '../internal/index.ts';
import {
  GATEWAY_CERTIFICATE_PATH,
  type IssuedCertificate,
  issuedCertificate,
  RENEW_PATH,
} from './authority-protocol.ts';

/** Sends a signing request (PKCS #10, DER), answers the certificate. */
export type IssueCertificate = (request: Uint8Array, signal: AbortSignal) => Promise<IssuedCertificate>;

const TIMEOUT_MS = 10_000;

/** Renewal over the connection to control: it answers a certificate of the name that ours has now. */
export function renewFromControl(client: InternalClient, controlAddress: string): IssueCertificate {
  return async (request, signal) => {
    const target = { address: controlAddress, role: 'control' } as const;
    return issuedCertificate.parse(
      await client.call(target, RENEW_PATH, { request }, { signal, timeoutMs: TIMEOUT_MS }),
    );
  };
}

/**
 * A new key with a public certificate from the bramble's authority, for a gateway in development. `names` besides the
 * machine's own and those of control's domain. @throws Forbidden for names that gateways may not have.
 */
export async function requestGatewayCertificate(
  client: InternalClient,
  controlAddress: string,
  names: readonly { type: 'dns' | 'ip'; value: string }[],
  signal: AbortSignal,
): Promise<IdentityMaterial> {
  // Loaded on demand: the certificate library costs a start 130 ms.
  const { createSigningRequest } = await import('../x509/index.ts');
  const { keyPem, request } = await createSigningRequest(names);
  const target = { address: controlAddress, role: 'control' } as const;
  const answer = await client.call(target, GATEWAY_CERTIFICATE_PATH, { request }, { signal, timeoutMs: TIMEOUT_MS });
  return { keyPem, ...issuedCertificate.parse(answer) };
}
