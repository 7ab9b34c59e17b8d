/** A client that signs, written apart from what verifies: it knows names and values, and encodes them itself. */
import { createHash, createHmac } from 'node:crypto';
import type { SigningKey } from '../../../../common/filesystem/index.ts';
import { S3Query } from '../s3-query.ts';
import { Authenticator, type RequestToAuthenticate } from './authenticator.ts';

export const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';
export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const REGION = 'us-east-1';
/** When `testAuthenticator` is: shortly after what it verifies was signed. */
export const NOW_MS = Date.parse('2013-05-24T00:10:00Z');
export const SIGNED_AT = '20130524T000000Z';

/** A signing key as control derives it. */
export function deriveSigningKey(secret: string, date: string, region: string): Uint8Array<ArrayBuffer> {
  let key: Uint8Array = Buffer.from(`AWS4${secret}`);
  for (const text of [date, region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(text).digest();
  return new Uint8Array(key);
}

export function testAuthenticator(nowMs = NOW_MS): Authenticator {
  const find = (id: string, date: string, region: string): Promise<SigningKey | null> => {
    if (id !== ACCESS_KEY) return Promise.resolve(null);
    const signingKey = deriveSigningKey(SECRET, date, region);
    return Promise.resolve({ signingKey, userId: 'u', userName: 'alice', namespace: 'alice' });
  };
  return new Authenticator({ keys: { find }, region: REGION, clock: { now: () => nowMs } });
}

export interface Unsigned {
  method: string;
  /** Decoded, from the first slash. */
  path: string;
  query: [name: string, value: string][];
  headers: Record<string, string>;
}

export interface SigningChoices {
  amzDate?: string;
  region?: string;
  service?: string;
  scopeDate?: string;
  accessKey?: string;
  /** Of `headers`, lower case, those that are left unsigned. */
  unsigned?: string[];
  /** Signed by the query, for so long. */
  expires?: string;
}

/** RFC 3986's unreserved characters stay. */
function encode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

const encodePath = (path: string) => path.split('/').map(encode).join('/');
const sorted = (pairs: [string, string][]) =>
  pairs
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => (a[0] === b[0] ? (a[1] < b[1] ? -1 : 1) : a[0] < b[0] ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** The request as it goes over the wire: signed in its header, or in its query when `expires` is given. */
export function signRequest(request: Unsigned, choices: SigningChoices = {}): RequestToAuthenticate {
  const { amzDate = SIGNED_AT, region = REGION, service = 's3', accessKey = ACCESS_KEY, expires } = choices;
  const date = choices.scopeDate ?? amzDate.slice(0, 8);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const headers: Record<string, string> = { host: 'bucket.s3.example', ...request.headers };
  if (expires === undefined) headers['x-amz-date'] ??= amzDate;
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const names = [...lower.keys()].filter((name) => !choices.unsigned?.includes(name)).sort();
  const query: [string, string][] = [...request.query];
  if (expires !== undefined) {
    query.push(
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', `${accessKey}/${scope}`],
      ['X-Amz-Date', amzDate],
      ['X-Amz-Expires', expires],
      ['X-Amz-SignedHeaders', names.join(';')],
    );
  }
  const canonical = [
    request.method,
    encodePath(request.path),
    sorted(query),
    ...names.map((name) => `${name}:${(lower.get(name) ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    lower.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const signature = createHmac('sha256', deriveSigningKey(SECRET, date, region))
    .update(`AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${hash}`)
    .digest('hex');
  if (expires === undefined) {
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  } else {
    query.push(['X-Amz-Signature', signature]);
  }
  const rawQuery = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return requestOf(request.method, encodePath(request.path), rawQuery, Object.entries(headers).flat());
}

/** What the door hands over. */
export function requestOf(
  method: string,
  rawPath: string,
  rawQuery: string,
  rawHeaders: readonly string[],
): RequestToAuthenticate {
  const query = S3Query.parse(rawQuery);
  return { method, rawPath, rawQuery, rawHeaders, query, requestId: 'r', remoteAddress: '127.0.0.1' };
}
