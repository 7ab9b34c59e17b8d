/** `Upload-Metadata` of tus 1.0.0: `key base64value,key2 base64value2`, a key alone having an empty value. */
import { InvalidInput } from '../../../common/errors/index.ts';

const KEY = /^[\x21-\x2b\x2d-\x7e]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const MAX_PAIRS = 64;

/** @throws InvalidInput when it is not of the form, repeats a key, or a value is not UTF-8. */
export function parseUploadMetadata(header: string | undefined): Map<string, string> {
  const pairs = new Map<string, string>();
  if (header === undefined || header.trim() === '') return pairs;
  for (const part of header.split(',')) {
    const [key = '', value = '', ...more] = part.trim().split(' ');
    if (!KEY.test(key) || !BASE64.test(value) || more.length > 0) throw malformed(`'${part.slice(0, 64)}'`);
    if (pairs.has(key)) throw malformed(`'${key}' is there twice`);
    pairs.set(key, decodeText(value));
    if (pairs.size > MAX_PAIRS) throw malformed(`more than ${MAX_PAIRS} pairs`);
  }
  return pairs;
}

export function formatUploadMetadata(pairs: ReadonlyMap<string, string>): string {
  return [...pairs]
    .map(([key, value]) => (value === '' ? key : `${key} ${Buffer.from(value).toString('base64')}`))
    .join(',');
}

function decodeText(base64: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch (error) {
    throw new InvalidInput('Upload-Metadata has a value that is not UTF-8.', { cause: error });
  }
}

function malformed(problem: string): InvalidInput {
  return new InvalidInput(`Upload-Metadata must be 'key base64' pairs with commas between: ${problem}.`, {
    code: 'invalid-upload-metadata',
  });
}
