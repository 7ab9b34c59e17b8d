/**
 * Refresh tokens: a session's id and a generation, authenticated with the key file. Nothing of them is stored but the
 * generation that is good now, and still a token of an earlier generation is told from an invented one: it was used before.
 */
import type { SecretBox } from './secret-box.ts';

const PREFIX = 'brs_';
const UUID_BYTES = 16;
const CLAIM_BYTES = UUID_BYTES + 4;
const TOKEN_BYTES = CLAIM_BYTES + 32;
const SESSION_ID = /^session_([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;

export interface RefreshClaim {
  sessionId: string;
  generation: number;
}

export function makeRefreshToken(claim: RefreshClaim, box: SecretBox): string {
  const match = SESSION_ID.exec(claim.sessionId);
  if (!match) throw new Error(`${claim.sessionId} is not a session's id.`);
  const bytes = Buffer.alloc(TOKEN_BYTES);
  bytes.write(match.slice(1).join(''), 'hex');
  bytes.writeUInt32BE(claim.generation, UUID_BYTES);
  box.authenticate(contextual(bytes.subarray(0, CLAIM_BYTES))).copy(bytes, CLAIM_BYTES);
  return PREFIX + bytes.toString('base64url');
}

/** What the token says, when it is one that we made. */
export function readRefreshToken(token: string, box: SecretBox): RefreshClaim | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  if (bytes.length !== TOKEN_BYTES) return undefined;
  if (!box.isAuthentic(contextual(bytes.subarray(0, CLAIM_BYTES)), bytes.subarray(CLAIM_BYTES))) return undefined;
  const hex = bytes.toString('hex', 0, UUID_BYTES);
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { sessionId: `session_${groups.join('-')}`, generation: bytes.readUInt32BE(UUID_BYTES) };
}

function contextual(claim: Buffer): Buffer {
  return Buffer.concat([Buffer.from('refresh-token\0'), claim]);
}
