import { hash } from 'node:crypto';
import type { Random } from '../../common/ids/index.ts';

/** By which secret scanners, and we, know an API token. */
export const API_TOKEN_PREFIX = 'bramble_';
const TOKEN_RANDOM_BYTES = 24;
/** S3 clients expect a key id of 20 capitals and digits, and a secret of 40 characters. */
const ACCESS_KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function makeApiToken(random: Random): string {
  return API_TOKEN_PREFIX + Buffer.from(random.bytes(TOKEN_RANDOM_BYTES)).toString('base64url');
}

export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

export function makeAccessKeyId(random: Random): string {
  return `BRK${letters(random, 17)}`;
}

export function makeAccessKeySecret(random: Random): string {
  return Buffer.from(random.bytes(30)).toString('base64url');
}

/** A password that a person types once: 100 random bits, in groups. */
export function makeOneTimePassword(random: Random): string {
  return letters(random, 20)
    .toLowerCase()
    .replaceAll(/(.{5})(?=.)/g, '$1-');
}

function letters(random: Random, count: number): string {
  return Array.from(random.bytes(count), (byte) => ACCESS_KEY_ALPHABET.charAt(byte % 32)).join('');
}
