/** The parameters that all listings have (ListObjects, ListObjectsV2, ListObjectVersions, "URI Request Parameters"). */
import { invalidArgument, S3Error } from '../errors/index.ts';
import type { S3Query } from '../s3-query.ts';
import { element, optionalElement, urlEncodeKey, type XmlElement } from '../xml/index.ts';

export interface ListParameters {
  prefix: string;
  delimiter: string;
  /** 0 to MAX_KEYS. */
  limit: number;
  /** How keys are shown: as they are, or percent-encoded where `encoding-type=url` was asked for. */
  show: (key: string) => string;
  encodingType: 'url' | undefined;
}

export const MAX_KEYS = 1000;
const LARGEST_MAX_KEYS = 2_147_483_647;
const MAX_KEY_LENGTH = 1024;

/** @throws S3Error InvalidArgument, KeyTooLongError */
export function listParameters(query: S3Query): ListParameters {
  const prefix = query.get('prefix') ?? '';
  if (prefix.length > MAX_KEY_LENGTH) throw new S3Error('KeyTooLongError');
  const encoding = query.get('encoding-type');
  const isEncoded = encoding !== undefined && encoding !== '';
  if (isEncoded && encoding !== 'url') {
    throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
  }
  return {
    prefix,
    delimiter: boundedKey(query, 'delimiter') ?? '',
    limit: limitOf(query, 'max-keys', MAX_KEYS),
    show: isEncoded ? urlEncodeKey : (key) => key,
    encodingType: isEncoded ? 'url' : undefined,
  };
}

/** More than `most` means `most`. @throws S3Error InvalidArgument */
export function limitOf(query: S3Query, name: string, most: number): number {
  const text = query.get(name);
  if (text === undefined) return most;
  const limit = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(limit)) throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
  if (limit < 0 || limit > LARGEST_MAX_KEYS) {
    throw invalidArgument(name, text, `Argument ${name} must be an integer between 0 and ${LARGEST_MAX_KEYS}`);
  }
  return Math.min(limit, most);
}

/** A key, or what stands for one in a listing. @throws S3Error InvalidArgument when no key is that long. */
export function boundedKey(query: S3Query, name: string): string | undefined {
  const value = query.get(name);
  if (value === undefined || value.length <= MAX_KEY_LENGTH) return value;
  throw invalidArgument(name, value.slice(0, 256), `A ${name} has at most ${MAX_KEY_LENGTH} characters.`);
}

export function commonPrefixes(prefixes: readonly string[], { show }: ListParameters): XmlElement[] {
  return prefixes.map((prefix) => element('CommonPrefixes', [element('Prefix', show(prefix))]));
}

/** What all listings say back: nothing of what was not asked for. */
export function delimiterElement({ delimiter, show }: ListParameters): XmlElement | undefined {
  return delimiter === '' ? undefined : element('Delimiter', show(delimiter));
}

export function encodingElement({ encodingType }: ListParameters): XmlElement | undefined {
  return optionalElement('EncodingType', encodingType);
}
