/** What processes ask of the authority, over the internal connections. Requests are PKCS #10, DER. */
import { z } from 'zod';

export const RENEW_PATH = '/internal/authority/renew';
export const GATEWAY_CERTIFICATE_PATH = '/internal/authority/gateway-certificate';

const REQUEST_LIMIT_BYTES = 16 * 1024;

export const signingRequestBody = z.object({
  request: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= REQUEST_LIMIT_BYTES, 'too large'),
});

export const issuedCertificate = z.object({
  /** PEM, the certificate itself first, then the issuing one. */
  certificatePem: z.string(),
  /** PEM of the root or roots to trust. */
  authorityPem: z.string(),
});
export type IssuedCertificate = z.infer<typeof issuedCertificate>;
