/**
 * Ids of versions: 32 hex digits, 6 bytes of the version's sequence within its key and 10 random ones. So an id says where
 * in the order of its key it is, also when it is there no more: a listing can go on behind a version that was deleted.
 */
import { InvalidInput } from '../../../common/errors/index.ts';
import { NULL_VERSION } from '../../../common/filesystem/index.ts';

export const VERSION_ID_BYTES = 16;
export const VERSION_SALT_BYTES = 10;
/** So that what orders versions newest first begins below 0xff. */
export const MAX_SEQUENCE = 2 ** 47 - 1;
const SEQUENCE_DIGITS = 12;
const FORM = /^[0-7][0-9a-f]{31}$/;

export function makeVersionId(sequence: number, salt: Uint8Array): string {
  const random = Buffer.from(salt.buffer, salt.byteOffset, salt.length).toString('hex');
  return sequence.toString(16).padStart(SEQUENCE_DIGITS, '0') + random;
}

export function sequenceOf(versionId: string): number {
  return Number.parseInt(versionId.slice(0, SEQUENCE_DIGITS), 16);
}

/** Null of the version `null`. @throws InvalidInput `invalid-version` of what no version can be called. */
export function parseVersionId(text: string): string | null {
  if (text === NULL_VERSION) return null;
  if (!FORM.test(text)) throw new InvalidInput('That is no id of a version.', { code: 'invalid-version' });
  return text;
}

/** As S3 writes it. */
export function versionName(versionId: string | null): string {
  return versionId ?? NULL_VERSION;
}
