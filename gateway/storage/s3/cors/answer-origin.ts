/** Requests of pages: preflights are answered by the bucket's rules, other answers say what the page may read. */
import type { IncomingHttpHeaders } from 'node:http';
import type { RawExchange } from '../../../routing/index.ts';
import { answerEmpty } from '../answer.ts';
import type { BucketRulesCache } from '../bucket-rules.ts';
import { S3Error } from '../errors/index.ts';
import { type CorsRequest, corsAnswer, findCorsRule } from './cors-rule.ts';

/** OPTIONS object (S3 API Reference): nobody has to sign it. @throws S3Error AccessForbidden when no rule allows it. */
export async function answerPreflight(cache: BucketRulesCache, exchange: RawExchange, bucket: string): Promise<void> {
  const { headers } = exchange.request;
  const method = headers['access-control-request-method'];
  if (headers.origin === undefined) {
    throw new S3Error('BadRequest', { message: 'Insufficient information. Origin request header needed.' });
  }
  if (method === undefined) {
    throw new S3Error('BadRequest', { message: 'Invalid Access-Control-Request-Method: null' });
  }
  const rules = bucket === '' ? undefined : await cache.of(bucket, exchange);
  if (bucket !== '' && !rules) throw new S3Error('NoSuchBucket');
  const elements = { Method: method, ResourceType: 'OBJECT' };
  if (!rules?.cors) {
    throw new S3Error('AccessForbidden', { message: 'CORSResponse: CORS is not enabled for this bucket.', elements });
  }
  const asked = { origin: headers.origin, method, headers: requestedHeaders(headers) };
  const rule = findCorsRule(rules.cors, asked);
  if (!rule) {
    const message =
      'CORSResponse: This CORS request is not allowed. No rule of the bucket fits its origin, method and headers.';
    throw new S3Error('AccessForbidden', { message, elements });
  }
  await answerEmpty({ exchange }, { headers: Object.fromEntries(corsAnswer(rule, asked, true)) });
}

/** Sets the headers for a page; none when no rule fits, and then the browser keeps the answer from the page. */
export async function setCorsHeaders(cache: BucketRulesCache, exchange: RawExchange, bucket: string): Promise<void> {
  const { origin } = exchange.request.headers;
  if (origin === undefined || bucket === '') return;
  const rules = await cache.of(bucket, exchange);
  if (!rules?.cors) return;
  // Some clients name the method here as well, and are answered by it.
  const method = exchange.request.headers['access-control-request-method'] ?? exchange.method;
  const asked: CorsRequest = { origin, method, headers: [] };
  const rule = findCorsRule(rules.cors, asked);
  if (!rule) return;
  for (const [name, value] of corsAnswer(rule, asked, false)) exchange.response.setHeader(name, value);
}

function requestedHeaders(headers: IncomingHttpHeaders): string[] {
  const list = headers['access-control-request-headers'] ?? '';
  return list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}
