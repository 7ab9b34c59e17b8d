/**
 * What the S3 door needs to verify a signature: `POST /internal/account/access-key`, role `gateway`. The secret stays with
 * control; the gateway gets a key that signs for one day, region and service (AWS SigV4, "Deriving the signing key"), keeps it
 * for a minute at most, and names the access key in every call, which control judges anew.
 */
import { z } from 'zod';

export const accessKeyRequest = z.object({
  id: z.string().max(128),
  /** `YYYYMMDD`. */
  date: z.string().regex(/^\d{8}$/),
  region: z.string().max(64),
  service: z.string().max(64),
});
export interface SigningKey {
  signingKey: Uint8Array<ArrayBuffer>;
  /** The user's, and the namespace in which the key names buckets. */
  userId: string;
  userName: string;
  namespace: string;
}
/** Answers `SigningKey | null`; null when there is no such key, or its user is disabled. */
