/** What `x-amz-content-sha256` says of the body ("Signature Calculations: Transferring Payload", Amazon S3 API Reference). */

export type PayloadMode =
  /** Nothing is said of the bytes. */
  | { kind: 'unsigned' }
  /** The SHA-256 of all of it, in lower-case hex. */
  | { kind: 'sha256'; hex: string }
  /** In chunks (aws-chunked), each signed or none, with headers behind them or without. */
  | { kind: 'streaming'; isSigned: boolean; hasTrailer: boolean };

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const STREAMING: Readonly<Record<string, PayloadMode>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { kind: 'streaming', isSigned: true, hasTrailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { kind: 'streaming', isSigned: true, hasTrailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { kind: 'streaming', isSigned: false, hasTrailer: true },
};

/** Undefined when it says none of what S3 knows. */
export function parsePayloadMode(value: string): PayloadMode | undefined {
  if (value === UNSIGNED_PAYLOAD) return { kind: 'unsigned' };
  if (/^[0-9a-f]{64}$/i.test(value)) return { kind: 'sha256', hex: value.toLowerCase() };
  return STREAMING[value];
}
