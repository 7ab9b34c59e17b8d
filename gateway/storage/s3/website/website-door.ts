/** `<bucket>.s3-website.<domain>`: a bucket read by browsers, as the site that its settings make of it. Anonymous, and read-only. */
import type { FoundObject } from '../../../../common/filesystem/index.ts';
import type { Door, DoorExchange, Refusal, Refused } from '../../../routing/index.ts';
import { answerEmpty } from '../answer.ts';
import { S3Error, toS3Error } from '../errors/index.ts';
import { sendObject, serveObject, wholeOf } from '../objects/index.ts';
import { policyContext } from '../policy-context.ts';
import { addressOf, bucketOfHost } from '../s3-address.ts';
import { S3Query } from '../s3-query.ts';
import type { S3Request, S3Tools } from '../s3-request.ts';
import { errorPage } from './error-page.ts';
import { encodeKeyPath, type Redirect, redirectAll, redirectByRule, type Visited, type Website } from './redirects.ts';

export interface WebsiteDoorOptions {
  tools: S3Tools;
  /** `s3-website.<domain>`. */
  name: string;
  hostId: string;
}

export class WebsiteDoor implements Door {
  readonly #options: WebsiteDoorOptions;

  constructor(options: WebsiteDoorOptions) {
    this.#options = options;
  }

  isAt(host: string): boolean {
    return bucketOfHost(host, [this.#options.name]) !== undefined;
  }

  headers(requestId: string): [string, string][] {
    return [
      ['server', 'Bramble'],
      ['x-amz-request-id', requestId],
      ['x-amz-id-2', this.#options.hostId],
    ];
  }

  async handle(exchange: DoorExchange): Promise<void> {
    exchange.named('WebsiteObject');
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') throw new S3Error('MethodNotAllowed');
    const { bucket, key } = addressOf(exchange.host, exchange.raw.path, [this.#options.name]);
    if (exchange.host === this.#options.name) {
      throw new S3Error('InvalidRequest', { message: `A website is at <bucket>.${this.#options.name}.` });
    }
    const rules = await this.#options.tools.s3.rules.of(bucket, exchange);
    if (!rules) throw new S3Error('NoSuchBucket', { elements: { BucketName: bucket } });
    const { website } = rules;
    if (!website) throw new S3Error('NoSuchWebsiteConfiguration', { elements: { BucketName: bucket } });
    const visited = visitedBy(exchange);
    const { path, query } = exchange.raw;
    if (website.redirectAll) {
      const target = query === undefined ? path : `${path}?${query}`;
      await answerRedirect(exchange, redirectAll(website.redirectAll, visited, target));
      return;
    }
    const redirect = redirectByRule(website.rules, visited, key);
    if (redirect) await answerRedirect(exchange, redirect);
    else await this.#serve(exchange, website, visited, bucket, key);
  }

  refuse(thrown: unknown, { requestId, method }: Refused): Refusal {
    const error = toS3Error(thrown);
    const page = errorPage(error, { ...error.elements, RequestId: requestId, HostId: this.#options.hostId });
    const length = method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(page) };
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      ...length,
      ...error.headers,
      'x-amz-error-code': error.code,
      'x-amz-error-message': error.message,
    };
    return { status: error.status, headers, body: page };
  }

  async #serve(exchange: DoorExchange, website: Website, visited: Visited, bucket: string, key: string): Promise<void> {
    const isFolder = key === '' || key.endsWith('/');
    const request = requestFor(exchange, bucket, isFolder ? `${key}${website.indexSuffix ?? ''}` : key);
    const found = await this.#look(request);
    if (!(found instanceof S3Error)) {
      await this.#answer(exchange, request, found);
      return;
    }
    if (found.status === 404 && !isFolder && website.indexSuffix !== undefined) {
      const index = await this.#look(requestFor(exchange, bucket, `${key}/${website.indexSuffix}`));
      if (!(index instanceof S3Error)) {
        await answerRedirect(exchange, {
          status: 302,
          location: `${visited.protocol}://${visited.host}/${encodeKeyPath(key)}/`,
        });
        return;
      }
    }
    const redirect = redirectByRule(website.rules, visited, key, found.status);
    if (redirect) await answerRedirect(exchange, redirect);
    else await this.#answerError(exchange, website, bucket, found);
  }

  /** What is refused is answered as a page, or by a rule; what went wrong inside is thrown. */
  async #look(request: S3Request): Promise<FoundObject | S3Error> {
    const { bucket, key, asker } = request;
    try {
      return await this.#options.tools.master.lookup(asker, { namespace: '', bucket, key });
    } catch (thrown) {
      const error = toS3Error(thrown);
      if (error.status >= 500) throw thrown;
      return error.code === 'NoSuchKey' ? new S3Error('NoSuchKey', { elements: { Key: key }, cause: thrown }) : error;
    }
  }

  async #answer(exchange: DoorExchange, request: S3Request, found: FoundObject): Promise<void> {
    const { redirect } = found.content;
    if (redirect === undefined) await serveObject(this.#options.tools, request, found);
    else await answerRedirect(exchange, { status: 301, location: redirect });
  }

  /** The site's own error document, with the status of the error. @throws the error when there is none. */
  async #answerError(exchange: DoorExchange, website: Website, bucket: string, error: S3Error): Promise<void> {
    if (website.errorKey === undefined) throw error;
    const request = requestFor(exchange, bucket, website.errorKey);
    const found = await this.#look(request);
    if (found instanceof S3Error) throw error;
    const headers = { 'content-type': found.content.contentType, 'x-amz-error-code': error.code };
    await sendObject(this.#options.tools, request, found, wholeOf(found.content), headers, error.status);
  }
}

/** Of a visitor: nobody signed it, its query is the site's own affair, and it has no body. */
function requestFor(exchange: DoorExchange, bucket: string, key: string): S3Request {
  const { requestId, remoteAddress, method, request } = exchange;
  return {
    exchange,
    method,
    asker: {
      requestId,
      credential: { kind: 'anonymous' },
      address: remoteAddress,
      context: policyContext(exchange.isSecure, request.headers),
    },
    bucket,
    key,
    query: S3Query.parse(undefined),
    headers: request.headers,
    body: () => {
      throw new S3Error('MethodNotAllowed');
    },
  };
}

function visitedBy({ isSecure, request, host }: DoorExchange): Visited {
  const { ':authority': authority, host: named = host } = request.headers;
  return { protocol: isSecure ? 'https' : 'http', host: typeof authority === 'string' ? authority : named };
}

async function answerRedirect(exchange: DoorExchange, { status, location }: Redirect): Promise<void> {
  await answerEmpty({ exchange }, { status, headers: { location: Buffer.from(location, 'utf8').toString('latin1') } });
}
