/**
 * Passwords at rest, as PHC strings that carry their algorithm and parameters: argon2id where Node has it (RFC 9106), else
 * scrypt (RFC 7914). Costs are OWASP's minimum, so that a Raspberry Pi answers a login in a fraction of a second.
 */
import * as crypto from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../common/ids/index.ts';

export type PasswordCost =
  | { algorithm: 'argon2id'; memoryKiB: number; passes: number; parallelism: number }
  | { algorithm: 'scrypt'; logN: number; blockSize: number; parallelism: number };

export const DEFAULT_PASSWORD_COST: PasswordCost =
  typeof crypto.argon2 === 'function'
    ? { algorithm: 'argon2id', memoryKiB: 19_456, passes: 2, parallelism: 1 }
    : { algorithm: 'scrypt', logN: 15, blockSize: 8, parallelism: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const PHC =
  /^\$(?:argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})|scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2}))\$([\w+/]+)\$([\w+/]+)$/;

interface ParsedHash {
  cost: PasswordCost;
  salt: Buffer;
  hash: Buffer;
}

export async function hashPassword(password: string, cost: PasswordCost, random: Random): Promise<string> {
  const salt = Buffer.from(random.bytes(SALT_BYTES));
  const hash = await derive(password, cost, salt, HASH_BYTES);
  return `$${prefixOf(cost)}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Takes the same time whether or not the password is right. @throws Error when the stored hash is not one of ours. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const { cost, salt, hash } = parseHash(stored);
  return crypto.timingSafeEqual(await derive(password, cost, salt, hash.length), hash);
}

/** Whether the hash was made at another cost than is wanted now. */
export function isOutdated(stored: string, cost: PasswordCost): boolean {
  return !stored.startsWith(`$${prefixOf(cost)}$`);
}

function parseHash(stored: string): ParsedHash {
  const match = PHC.exec(stored);
  const [, memory, passes, lanes, logN, blockSize, parallelism, salt, hash] = match ?? [];
  if (!salt || !hash) throw new Error('A stored password hash is not of a known form.');
  const cost: PasswordCost = memory
    ? { algorithm: 'argon2id', memoryKiB: Number(memory), passes: Number(passes), parallelism: Number(lanes) }
    : { algorithm: 'scrypt', logN: Number(logN), blockSize: Number(blockSize), parallelism: Number(parallelism) };
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

async function derive(password: string, cost: PasswordCost, salt: Buffer, length: number): Promise<Buffer> {
  // The same password typed on another keyboard may come composed otherwise (RFC 8265 §4.2).
  const message = Buffer.from(password.normalize('NFC'), 'utf8');
  if (cost.algorithm === 'argon2id') {
    const { memoryKiB: memory, passes, parallelism } = cost;
    return await promisify(crypto.argon2)('argon2id', {
      message,
      nonce: salt,
      memory,
      passes,
      parallelism,
      tagLength: length,
    });
  }
  const N = 2 ** cost.logN;
  const options = { N, r: cost.blockSize, p: cost.parallelism, maxmem: 256 * N * cost.blockSize };
  return await promisify<crypto.BinaryLike, crypto.BinaryLike, number, crypto.ScryptOptions, Buffer>(crypto.scrypt)(
    message,
    salt,
    length,
    options,
  );
}

function prefixOf(cost: PasswordCost): string {
  return cost.algorithm === 'argon2id'
    ? `argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.parallelism}`
    : `scrypt$ln=${cost.logN},r=${cost.blockSize},p=${cost.parallelism}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
