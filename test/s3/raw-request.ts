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
    const { method = 'GET', target, headers = {}, body = '', isAnonymous, isChunked } = asked;
    const sent: Record<string, string> = { host: endpoint.host, ...headers };
    if (!isAnonymous) sign(sent, method, target, door);
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

/** SigV4 in the header, the payload unsigned (S3 API Reference, "Signature Calculations for the Authorization Header"). */
function sign(
  headers: Record<string, string>,
  method: string,
  target: string,
  { accessKeyId, secretAccessKey }: Pick<SmallDoor, 'accessKeyId' | 'secretAccessKey'>,
): void {
  headers['x-amz-date'] = `${new Date().toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
  headers['x-amz-content-sha256'] ??= 'UNSIGNED-PAYLOAD';
  const [path = '', query = ''] = target.split('?', 2);
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${headers[name]?.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const date = headers['x-amz-date'].slice(0, 8);
  const scope = `${date}/us-east-1/s3/aws4_request`;
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  const toSign = `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${scope}\n${hash}`;
  const key = [date, 'us-east-1', 's3', 'aws4_request'].reduce<Buffer | string>(
    (previous, text) => createHmac('sha256', previous).update(text).digest(),
    `AWS4${secretAccessKey}`,
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
}
