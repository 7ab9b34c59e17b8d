/**
 * What the S3 door needs to verify a signature: `POST /internal/account/access-key`, role `gateway`. The secret stays with
 * control; the gateway gets a key that signs for one day, region and service (AWS SigV4, "Deriving the signing key"), keeps it
 * for a minute at most, and names the access key in every call, which control judges anew.
 */
import { z } from 'zod';

export const ACCESS_KEY_PATH = '/internal/account/access-key';
/** Ids that may exist at all: made here, or brought along by who moves in from another S3. */
export const ACCESS_KEY_ID = /^[A-Za-z0-9]{16,128}$/;

export const accessKeyRequest = z.object({
  id: z.string().max(128),
  /** `YYYYMMDD`. */
  date: z.string().regex(/^\d{8}$/),
  region: z.string().max(64),
  service: z.string().max(64),
  /** For whom, and for which request: those who try unknown ids are audited, and slowed down. */
  requestId: z.string().max(128).optional(),
  address: z.string().max(64).optional(),
});
export type AccessKeyRequest = z.infer<typeof accessKeyRequest>;
export interface SigningKey {
  signingKey: Uint8Array<ArrayBuffer>;
  /** The user's, and the namespace in which the key names buckets. */
  userId: string;
  userName: string;
  namespace: string;
}
/**
 * Answers `SigningKey | null`; null when there is no such key, it has expired, or its user is disabled.
 * Problem: `too-many-requests` (429) for an address that asked for too many unknown ids.
 */
