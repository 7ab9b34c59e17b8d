/** How both sides of an internal connection show who they are and check who the other is. */
import type { PeerCertificate } from 'node:tls';
import { type Identity, type Role, spiffeIdOf } from '../identity/index.ts';

/** AES-128 first: where there are AES instructions it is the fastest; ChaCha20 for those that have none. */
export const INTERNAL_CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384';

/** A process that does not finish the handshake within this hangs. */
export const CONNECT_TIMEOUT_MS = 3_000;

export function secureOptions(identity: Identity): { key: string; cert: string; ca: string } {
  const { keyPem, certificatePem, authorityPem } = identity.material;
  return { key: keyPem, cert: certificatePem, ca: authorityPem };
}

/** For a connection to a process of `role` in our bramble, and to no other. */
export function callerOptions(identity: Identity, role: Role) {
  return {
    ...secureOptions(identity),
    minVersion: 'TLSv1.3' as const,
    ciphers: INTERNAL_CIPHERS,
    noDelay: true,
    checkServerIdentity: (_host: string, certificate: PeerCertificate): Error | undefined => {
      const peer = spiffeIdOf(certificate.subjectaltname);
      if (peer.role === role && peer.bramble === identity.id.bramble) return undefined;
      return new Error(`Expected a ${role} of ${identity.id.bramble}, found ${certificate.subjectaltname}.`);
    },
  };
}
