/** Requests to the S3 door as they are written, signed by hand: for what no SDK sends, and for answers as they come. */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { SmallDoor } from './small-door.ts';

export interface RawRequest {
  method?: string;
  /** With its query, percent-encoded already. */
  target: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** By nobody; signed unless said. */
  isAnonymous?: boolean;
  /** With `Transfer-Encoding: chunked` instead of a length. */
  isChunked?: boolean;
  /** How it is signed, where that is not as it should be. */
  signing?: Signing;
}

export interface Signing {
  accessKeyId?: string;
  secretAccessKey?: string;
  region?: string;
  service?: string;
  /** Of the credential: `YYYYMMDD`; that of the request unless told. */
  scopeDate?: string;
  /** In the query instead of in a header; what is given here stands instead of what belongs there. */
  presigned?: Record<string, string>;
  /** Headers as they are sent, whatever was signed; undefined takes one away. */
  thenHeaders?: Record<string, string | undefined>;
  /** The target as it is sent, whatever was signed. */
  thenTarget?: (target: string) => string;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** S3's error code, `''` where there is none. */
  code: string;
}

export type Ask = (asked: RawRequest) => Promise<RawAnswer>;

export function rawRequests(door: Pick<SmallDoor, 'bramble' | 'accessKeyId' | 'secretAccessKey'>): Ask & Disposable {
  const endpoint = new URL(door.bramble.s3Url);
  const agent = new Agent({ ca: readFileSync(door.bramble.caFile), keepAlive: true, maxSockets: 16 });
  const ask: Ask = async (asked) => {
    const { method = 'GET', headers = {}, body = '', isAnonymous, isChunked, signing = {} } = asked;
    const sent: Record<string, string> = { host: endpoint.host, ...headers };
    let { target } = asked;
    if (signing.presigned) target = presign(sent, method, target, { ...door, ...signing });
    else if (!isAnonymous) sign(sent, method, target, { ...door, ...signing });
    target = signing.thenTarget?.(target) ?? target;
    for (const [name, value] of Object.entries(signing.thenHeaders ?? {})) {
      if (value === undefined) delete sent[name];
      else sent[name] = value;
    }
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (isChunked) sent['transfer-encoding'] = 'chunked';
    else if (method === 'PUT' || method === 'POST') sent['content-length'] ??= String(bytes.length);
    const answered = Promise.withResolvers<RawAnswer>();
    const options = { agent, host: endpoint.hostname, port: endpoint.port, method, path: target, headers: sent };
    const sending = request(options, (response) => {
      buffer(response).then((all) => {
        const text = all.toString();
        const code = /<Error><Code>([^<]*)/.exec(text.replaceAll(/>\s+</g, '><'))?.[1] ?? '';
        answered.resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: all, text, code });
      }, answered.reject);
    });
    sending.on('error', answered.reject);
    sending.setTimeout(30_000, () => sending.destroy(new Error(`No answer to ${method} ${target}.`)));
    sending.end(bytes);
    return await answered.promise;
  };
  return Object.assign(ask, { [Symbol.dispose]: () => agent.destroy() });
}

type Signer = Signing & { accessKeyId: string; secretAccessKey: string };

/** SigV4 in the header, the payload unsigned unless `x-amz-content-sha256` says its digest (S3 API Reference, "Signature Calculations for the Authorization Header"). */
function sign(headers: Record<string, string>, method: string, target: string, signer: Signer): void {
  headers['x-amz-date'] ??= amzDate();
  headers['x-amz-content-sha256'] ??= 'UNSIGNED-PAYLOAD';
  const time = headers['x-amz-date'];
  const names = Object.keys(headers).sort();
  const scope = scopeOf(signer, time);
  const signature = signatureOf({ headers, names, method, target, time, scope }, signer);
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

/** SigV4 in the query (S3 API Reference, "Authenticating Requests: Using Query Parameters"). */
function presign(headers: Record<string, string>, method: string, target: string, signer: Signer): string {
  const time = signer.presigned?.['X-Amz-Date'] ?? amzDate();
  const names = Object.keys(headers).sort();
  const scope = scopeOf(signer, time);
  const query = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${signer.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': '600',
    'X-Amz-SignedHeaders': names.join(';'),
    ...signer.presigned,
  };
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const signed = `${target}${target.includes('?') ? '&' : '?'}${pairs.join('&')}`;
  return `${signed}&X-Amz-Signature=${signatureOf({ headers, names, method, target: signed, time, scope }, signer)}`;
}

interface ToSign {
  headers: Record<string, string>;
  names: readonly string[];
  method: string;
  target: string;
  time: string;
  scope: string;
}

function signatureOf({ headers, names, method, target, time, scope }: ToSign, signer: Signer): string {
  const [path = '', query = ''] = target.split('?', 2);
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${headers[name]?.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  const key = scope
    .split('/')
    .reduce<Buffer | string>(
      (previous, text) => createHmac('sha256', previous).update(text).digest(),
      `AWS4${signer.secretAccessKey}`,
    );
  return createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`).digest('hex');
}

function scopeOf({ scopeDate, region = 'us-east-1', service = 's3' }: Signing, time: string): string {
  return `${scopeDate ?? time.slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** `YYYYMMDDThhmmssZ`. */
export function amzDate(atMs = Date.now()): string {
  return `${new Date(atMs).toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort((a, b) => (sortable(a) < sortable(b) ? -1 : 1))
    .join('&');
}

/** By name and then by value: a name stands before the longer ones that begin with it. */
function sortable(pair: string): string {
  return pair.replace('=', '\0');
}
