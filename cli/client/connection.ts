/** One bramble, logged in to: sends requests with authorization, retries and problems turned into errors. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { systemClock } from '../../common/clock/index.ts';
import { Unauthenticated } from '../../common/errors/index.ts';
import { UsageError } from '../command/exit-code.ts';
import { CredentialsFile, configHome, type Profile } from '../profile/index.ts';
import type { ObjectAddress, RemotePath } from '../remote/remote-path.ts';
import type { Answer } from './answer.ts';
import { HttpsClient, type HttpsRequest, type HttpsResponse, readText } from './https-client.ts';
import { RequestRefused } from './request-refused.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import { type Authorization, SessionAuthorization, tokenAuthorization } from './session.ts';

const RETRY_FOR_MS = 30_000;
/** The answer to a request without a long body comes within this. */
const ANSWER_TIMEOUT_MS = 45_000;

export interface ConnectionOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly profile: string | undefined;
  readonly namespace: string | undefined;
  readonly retryForMs: number | undefined;
  readonly signal: AbortSignal;
  onRetry(reason: string, waitMs: number): void;
}

export interface ApiRequest extends Omit<HttpsRequest, 'body'> {
  /** Called anew for every try. */
  body?: () => Uint8Array | string | Readable;
}

export class Connection {
  /** Who is logged in; undefined with BRAMBLE_TOKEN. */
  readonly profile: Profile | undefined;
  readonly home: string;
  readonly retries: RetryPolicy;
  readonly #client: HttpsClient;
  readonly #authorization: Authorization;
  #namespace: Promise<string> | undefined;

  private constructor(
    client: HttpsClient,
    authorization: Authorization,
    profile: Profile | undefined,
    options: ConnectionOptions,
  ) {
    this.#client = client;
    this.#authorization = authorization;
    this.profile = profile;
    this.home = configHome(options.env);
    this.retries = {
      retryForMs: options.retryForMs ?? RETRY_FOR_MS,
      clock: systemClock,
      random: Math.random,
      signal: options.signal,
      onRetry: options.onRetry,
    };
    const namespace = options.namespace ?? (options.env.BRAMBLE_NAMESPACE || profile?.namespace);
    if (namespace !== undefined) this.#namespace = Promise.resolve(namespace);
  }

  /** @throws Unauthenticated when nobody is logged in. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { env } = options;
    const file = new CredentialsFile(configHome(env));
    const { profiles, current } = await file.read();
    if (env.BRAMBLE_TOKEN) {
      const url = env.BRAMBLE_URL;
      if (!url) throw new UsageError('BRAMBLE_TOKEN is set; set BRAMBLE_URL too.');
      const origin = parseOrigin(url);
      const known = Object.values(profiles).find((profile) => profile.url === origin.origin);
      const ca = env.BRAMBLE_CA ? await readFile(env.BRAMBLE_CA, 'utf8') : (known?.ca ?? undefined);
      return new Connection(new HttpsClient(origin, ca), tokenAuthorization(env.BRAMBLE_TOKEN), undefined, options);
    }
    const name = options.profile ?? (env.BRAMBLE_PROFILE || current);
    const profile = profiles[name];
    if (!profile) {
      const who = name === 'default' ? 'You are not logged in' : `There is no login for the profile '${name}'`;
      throw new Unauthenticated(`${who}; run bramble login${name === 'default' ? '' : ` --profile ${name}`}.`);
    }
    const client = new HttpsClient(new URL(profile.url), profile.ca ?? undefined);
    return new Connection(client, new SessionAuthorization(client, file, name, profile), profile, options);
  }

  get url(): URL {
    return this.#client.origin;
  }

  get signal(): AbortSignal {
    return this.retries.signal;
  }

  /** Tried again while that makes sense. @throws RequestRefused for every status from 400 on but those in `accept`. */
  send(request: ApiRequest, accept: readonly number[] = []): Promise<HttpsResponse> {
    return withRetries(this.retries, () => this.sendOnce(request, accept));
  }

  /** One try, but for a renewed session. */
  async sendOnce(request: ApiRequest, accept: readonly number[] = []): Promise<HttpsResponse> {
    let response = await this.#try(request);
    if (response.status === 401 && (await this.#authorization.renew())) {
      response.body.resume();
      response = await this.#try(request);
    }
    if (response.status < 400 || accept.includes(response.status)) return response;
    throw await RequestRefused.from(response, `${request.method} ${decodePath(request.path)}`);
  }

  /** JSON in, JSON out; undefined for an answer without a body. */
  async json<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.send({
      method,
      path,
      idleTimeoutMs: ANSWER_TIMEOUT_MS,
      headers: {
        ...(text !== undefined && { 'content-type': 'application/json' }),
        // The same for every try, so that a lost answer never makes a thing twice.
        ...(method === 'POST' && isCreation(path) && { 'idempotency-key': randomUUID() }),
        ...headers,
      },
      ...(text !== undefined && { body: () => text }),
    });
    const answer = await readText(response.body);
    return (answer === '' ? undefined : JSON.parse(answer)) as T;
  }

  /** Every item of a list, page by page, as they come. */
  async *list<T>(path: string, query: Record<string, string | undefined> = {}): AsyncGenerator<T> {
    for await (const page of this.pages<{ items: T[]; nextCursor: string | null }>(path, query)) yield* page.items;
  }

  async *pages<Page extends { nextCursor: string | null }>(
    path: string,
    query: Record<string, string | undefined> = {},
  ): AsyncGenerator<Page> {
    let cursor: string | undefined;
    do {
      const page: Page = await this.json<Page>('GET', withQuery(path, { ...query, cursor }));
      yield page;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** The namespace of paths that name none: `--namespace`, the profile's, or the token's. */
  async namespace(): Promise<string> {
    this.#namespace ??= this.#ownNamespace();
    return this.#namespace;
  }

  async resolve(path: RemotePath): Promise<ObjectAddress> {
    return { namespace: path.namespace ?? (await this.namespace()), bucket: path.bucket, key: path.key };
  }

  close(): void {
    this.#client[Symbol.dispose]();
  }

  async #try(request: ApiRequest): Promise<HttpsResponse> {
    return this.#client.send({
      ...request,
      body: request.body?.(),
      headers: { ...request.headers, authorization: await this.#authorization.header() },
      signal: request.signal ?? this.retries.signal,
    });
  }

  async #ownNamespace(): Promise<string> {
    const me = await this.json<Me>('GET', '/api/account/me');
    const own = ownNamespace(me);
    if (own === undefined) throw new UsageError('You belong to no namespace; name one with --namespace.');
    return own;
  }
}

/** The server keeps a bounded number of keys: not for copies and moves, of which one command may ask many. */
function isCreation(path: string): boolean {
  return !/^\/api\/storage\/(copy|move)$/.test(path);
}

/** Who is logged in, and where they may what. */
export type Me = Answer<'/api/account/me', '$get'>;

/** The one of the user's own name, else the first that is theirs, else any. */
export function ownNamespace({ user, namespaces }: Me): string | undefined {
  return (
    namespaces.find(({ name }) => name === user.name) ??
    namespaces.find(({ role }) => role === 'owner') ??
    namespaces[0]
  )?.name;
}

/** @throws UsageError when it is no https URL of a host alone. */
export function parseOrigin(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.username !== '') {
    throw new UsageError(`'${text}' is not the address of a bramble; write https://HOST or https://HOST:PORT.`);
  }
  return url;
}

/** Adds those of `query` that are there. */
export function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // shown as it is
  }
}
