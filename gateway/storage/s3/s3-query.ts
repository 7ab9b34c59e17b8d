/** The query of an S3 request, decoded once. Sub-resources (`?acl`) are names without a value. */
import { S3Error } from './errors/index.ts';

export class S3Query {
  /** In the order of the request. */
  readonly entries: readonly (readonly [name: string, value: string])[];
  readonly #first = new Map<string, string>();

  constructor(entries: readonly (readonly [name: string, value: string])[]) {
    this.entries = entries;
    for (const [name, value] of entries) if (!this.#first.has(name)) this.#first.set(name, value);
  }

  /** @throws S3Error InvalidURI */
  static parse(raw: string | undefined): S3Query {
    if (!raw) return EMPTY;
    const entries: [string, string][] = [];
    for (const pair of raw.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      if (equals < 0) entries.push([decode(pair), '']);
      else entries.push([decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]);
    }
    return new S3Query(entries);
  }

  has(name: string): boolean {
    return this.#first.has(name);
  }

  /** The first value of that name; `''` when it has none. */
  get(name: string): string | undefined {
    return this.#first.get(name);
  }
}

const EMPTY = new S3Query([]);

/** A plus is a space here, unlike in paths (the form encoding of queries). Bytes beyond ASCII may come as they are. */
function decode(raw: string): string {
  if (!/[%+\x80-\xff]/.test(raw)) return raw;
  return decodeBytes(raw.replaceAll('+', ' '));
}

/** Percent-encoded UTF-8 as Node hands it over: one character for each byte. @throws S3Error InvalidURI */
export function decodeBytes(raw: string): string {
  try {
    const utf8 = /[\x80-\xff]/.test(raw) ? Buffer.from(raw, 'latin1').toString('utf8') : raw;
    if (utf8.includes('\ufffd') && !raw.includes('\ufffd')) throw new URIError('The bytes are not UTF-8.');
    return decodeURIComponent(utf8);
  } catch (error) {
    throw new S3Error('InvalidURI', { cause: error });
  }
}
