/**
 * The Ed25519 keys that sign access tokens. The newest signs; older ones are published until the last token they signed
 * has expired, and then deleted. Keys are made and deleted by commands, so that every control node has the same ones.
 */
import { exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Sql } from '../records/index.ts';
import type { SecretBox } from './secret-box.ts';

export const SIGNING_KEY_LIFE_MS = 30 * 24 * 3_600_000;
/** How long a key that signs no more is still published: longer than any token lives, clocks askew. */
export const RETIREMENT_MS = 3_600_000;

export interface SigningKey {
  id: string;
  publicKey: JWK;
  verify: CryptoKey;
  sign: CryptoKey;
  createdAtMs: number;
}

export interface NewSigningKey {
  id: string;
  publicKey: { kty: 'OKP'; crv: 'Ed25519'; x: string };
  privateBox: Uint8Array;
}

export async function makeSigningKey(id: string, box: SecretBox): Promise<NewSigningKey> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x, d } = await exportJWK(pair.privateKey);
  if (x === undefined || d === undefined) throw new Error('The new Ed25519 key has no coordinates.');
  return {
    id,
    publicKey: { kty: 'OKP', crv: 'Ed25519', x },
    privateBox: box.seal(Buffer.from(d, 'base64url'), contextOf(id)),
  };
}

/** All that are published, newest first. */
export async function loadSigningKeys(sql: Sql, box: SecretBox): Promise<SigningKey[]> {
  const rows = await sql.query<{
    id: string;
    public_key: NewSigningKey['publicKey'];
    private_box: Uint8Array;
    created_at: Date;
  }>('SELECT id, public_key, private_box, created_at FROM signing_keys ORDER BY created_at DESC, id DESC');
  return await Promise.all(
    rows.map(async (row) => {
      const d = box.open(row.private_box, contextOf(row.id)).toString('base64url');
      return {
        id: row.id,
        publicKey: { ...row.public_key, kid: row.id, alg: 'EdDSA', use: 'sig' },
        verify: await importKey(row.public_key),
        sign: await importKey({ ...row.public_key, d }),
        createdAtMs: row.created_at.getTime(),
      };
    }),
  );
}

/** What is due at `now`: whether a new key is needed, and which ones nobody needs any more. */
export function planRotation(
  keys: readonly Pick<SigningKey, 'id' | 'createdAtMs'>[],
  nowMs: number,
): { isNewNeeded: boolean; outdated: string[] } {
  const [newest, ...older] = keys;
  const isNewNeeded = !newest || nowMs - newest.createdAtMs >= SIGNING_KEY_LIFE_MS;
  // An older key stopped signing when its successor came.
  const outdated = older.filter((_, index) => {
    const successor = keys[index];
    return successor !== undefined && nowMs - successor.createdAtMs >= RETIREMENT_MS;
  });
  return { isNewNeeded, outdated: outdated.map((key) => key.id) };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'EdDSA');
  if (key instanceof Uint8Array) throw new Error('An Ed25519 key was expected.');
  return key;
}

function contextOf(id: string): string {
  return `signing-key ${id}`;
}
