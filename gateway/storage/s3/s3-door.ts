/** The S3 door: from a request on one of its hosts to the operation that answers it, and errors in S3's words. */
import type { Door, DoorExchange, Refusal, Refused } from '../../routing/index.ts';
import type { Authenticated, Authenticator } from './auth/index.ts';
import type { BucketRulesCache } from './bucket-rules.ts';
import { answerPreflight, setCorsHeaders } from './cors/index.ts';
import { errorDocument, S3Error, toS3Error } from './errors/index.ts';
import { checkExpectedOwners } from './expected-owners.ts';
import { operationNameOf } from './operation-names.ts';
import { policyContext } from './policy-context.ts';
import { addressOf, bucketOfHost, type S3Address } from './s3-address.ts';
import { S3Query } from './s3-query.ts';
import type { Operation, S3Body, S3BodyOptions, S3Request, S3Tools } from './s3-request.ts';
import { refuseUnsupportedHeaders } from './unsupported-headers.ts';

export interface S3DoorOptions {
  tools: S3Tools;
  /** `s3.<domain>` and whatever else was configured. */
  names: readonly string[];
  /** What `x-amz-id-2` says. */
  hostId: string;
  authenticator: Pick<Authenticator, 'authenticate'>;
  openBody: (exchange: DoorExchange, authenticated: Authenticated, options: S3BodyOptions) => S3Body;
  operations: Readonly<Record<string, Operation>>;
  rules: BucketRulesCache;
}

export class S3Door implements Door {
  readonly #options: S3DoorOptions;

  constructor(options: S3DoorOptions) {
    this.#options = options;
  }

  isAt(host: string): boolean {
    return bucketOfHost(host, this.#options.names) !== undefined;
  }

  headers(requestId: string): [string, string][] {
    return [
      ['server', 'Bramble'],
      ['x-amz-request-id', requestId],
      ['x-amz-id-2', this.#options.hostId],
    ];
  }

  async handle(exchange: DoorExchange): Promise<void> {
    const { tools, names, rules, operations } = this.#options;
    const { method, request } = exchange;
    const address = addressOf(exchange.host, exchange.raw.path, names);
    const query = S3Query.parse(exchange.raw.query);
    if (method === 'OPTIONS') {
      exchange.named('OptionsObject');
      await answerPreflight(rules, exchange, address.bucket);
      return;
    }
    await setCorsHeaders(rules, exchange, address.bucket);
    const authenticated = await this.#authenticate(exchange, query);
    const name = operationNameOf(method, address, query, request.headers);
    exchange.named(name);
    refuseUnsupportedHeaders(method, request.headers);
    const asked = this.#request(exchange, address, query, authenticated);
    await checkExpectedOwners(tools, asked);
    const operation = operations[name];
    if (!operation) throw new S3Error('NotImplemented');
    await operation(tools, asked);
  }

  refuse(thrown: unknown, { requestId, method, host, raw }: Refused): Refusal {
    const error = toS3Error(thrown);
    const headers = error.headers;
    if (error.status === 304) return { status: 304, headers, body: '' };
    const { bucket, key } = this.#addressForErrors(host, raw?.path);
    const resource = bucket === undefined ? (raw?.path ?? '/') : `/${bucket}${key === '' ? '' : `/${key}`}`;
    const body = errorDocument(error, { resource, requestId, hostId: this.#options.hostId, bucket, key });
    const length = method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(body) };
    return { status: error.status, headers: { 'content-type': 'application/xml', ...length, ...headers }, body };
  }

  async #authenticate(exchange: DoorExchange, query: S3Query): Promise<Authenticated> {
    const { method, raw, request, requestId, remoteAddress } = exchange;
    const authenticated = await this.#options.authenticator.authenticate({
      method,
      rawPath: raw.path,
      rawQuery: raw.query ?? '',
      rawHeaders: request.rawHeaders,
      query,
      requestId,
      remoteAddress,
    });
    if (authenticated.signer) exchange.countAs(authenticated.signer.accessKey);
    return authenticated;
  }

  #request(exchange: DoorExchange, address: S3Address, query: S3Query, authenticated: Authenticated): S3Request {
    const { requestId, remoteAddress, method, request } = exchange;
    const { openBody } = this.#options;
    return {
      exchange,
      method,
      asker: {
        requestId,
        credential: authenticated.credential,
        address: remoteAddress,
        context: policyContext(exchange.isSecure, request.headers),
      },
      bucket: address.bucket,
      key: address.key,
      query,
      headers: request.headers,
      body: (options = {}) => openBody(exchange, authenticated, options),
    };
  }

  /** What was wrong may be the address itself. */
  #addressForErrors(host: string, rawPath: string | undefined): Partial<S3Address> {
    if (rawPath === undefined) return {};
    try {
      return addressOf(host, rawPath, this.#options.names);
    } catch (error) {
      if (error instanceof S3Error) return {};
      throw error;
    }
  }
}
