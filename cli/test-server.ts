/** An HTTPS server that speaks as much of the public API as the CLI's tests need, and fails when told to. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeTestAuthority } from '../common/identity/test-authority.ts';

export const PASSWORD = 'a password of one’s own';
const ONE_TIME = 'one-time';

export interface StoredObject {
  bytes: Buffer;
  etag: string;
  contentType: string;
}

/** What goes wrong next; each is used up by happening. */
export interface Faults {
  /** So many requests are answered 503. */
  unavailable: number;
  /** So many PUTs are stored and then cut off instead of answered. */
  lostAnswers: number;
  /** The next tus PATCH is cut after so many bytes. */
  cutUploadAfter: number | undefined;
  /** The next GET is cut after so many bytes. */
  cutDownloadAfter: number | undefined;
  /** Each request is held until this resolves. */
  hold: Promise<void> | undefined;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly ca: string;
  /** By `namespace/bucket/key`. */
  readonly objects: Map<string, StoredObject>;
  readonly buckets: Set<string>;
  readonly uploads: Map<string, { name: string; contentType: string; size: number; bytes: Buffer }>;
  readonly faults: Faults;
  /** `METHOD path`, in order. */
  readonly requests: string[];
  /** Refresh tokens by how often they were used. */
  readonly refreshes: Map<string, number>;
  /** How long access tokens hold. */
  lifetimeMs: number;
  isPasswordOneTime: boolean;
}

export async function startTestServer(): Promise<TestServer> {
  const authority = await makeTestAuthority();
  const handler = new Handler(authority.authorityPem);
  const server = createServer(await authority.issueServer(['localhost', '127.0.0.1']), (request, response) => {
    handler.handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(handler, {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

class Handler {
  readonly ca: string;
  readonly objects = new Map<string, StoredObject>();
  readonly buckets = new Set<string>();
  readonly uploads: TestServer['uploads'] = new Map();
  readonly faults: Faults = {
    unavailable: 0,
    lostAnswers: 0,
    cutUploadAfter: undefined,
    cutDownloadAfter: undefined,
    hold: undefined,
  };
  readonly requests: string[] = [];
  readonly refreshes = new Map<string, number>();
  lifetimeMs = 900_000;
  isPasswordOneTime = false;
  readonly #valid = new Set<string>();

  constructor(ca: string) {
    this.ca = ca;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://test');
    this.requests.push(`${request.method} ${url.pathname}`);
    await this.faults.hold;
    const at = `${request.method} ${url.pathname}`;
    if (url.pathname === '/health') return json(response, 200, { status: 'alive' });
    if (url.pathname === '/.well-known/bramble/ca.pem') return void response.end(this.ca);
    if (at === 'POST /api/account/login') return this.#login(response, await readJson(request));
    if (at === 'POST /api/account/refresh') return this.#refresh(response, await readJson(request));
    if (this.faults.unavailable > 0) {
      this.faults.unavailable -= 1;
      return problem(response, 503, 'unavailable', 'Two of three chunkservers are away.');
    }
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    if (!this.#valid.has(token) && token !== 'bramble_api') return problem(response, 401, 'unauthenticated', 'Log in.');
    if (at === 'POST /api/account/logout') return void response.writeHead(204).end();
    if (at === 'GET /api/account/me') return json(response, 200, ME);
    if (url.pathname.startsWith('/api/storage/objects/')) return this.#object(request, response, url);
    if (url.pathname.startsWith('/api/storage/uploads')) return this.#upload(request, response, url);
    if (url.pathname.startsWith('/api/storage/buckets')) return this.#bucket(request, response, url);
    if (at === 'POST /api/storage/copy' || at === 'POST /api/storage/move')
      return this.#transfer(request, response, at);
    if (at === 'POST /api/storage/shares') {
      const { expiresInSeconds, ...name } = await readJson<{ expiresInSeconds: number }>(request);
      const expiresAt = new Date(Date.now() + expiresInSeconds * 1000).toISOString();
      return json(response, 201, { id: 'share_1', ...name, expiresAt, url: '/s/secret' });
    }
    return problem(response, 404, 'not-found', `${at} is not there.`);
  }

  async #login(response: ServerResponse, body: { password?: string; newPassword?: string }): Promise<void> {
    if (body.password !== (this.isPasswordOneTime ? ONE_TIME : PASSWORD)) {
      return problem(response, 401, 'wrong-password', 'The name or the password is wrong.');
    }
    if (this.isPasswordOneTime && body.newPassword === undefined) {
      return problem(response, 409, 'password-change-required', 'Choose a new password.');
    }
    if (body.newPassword !== undefined && body.newPassword.length < 12) {
      return problem(response, 400, 'invalid-input', 'Wrong: newPassword.', { newPassword: 'at least 12 characters' });
    }
    this.isPasswordOneTime = false;
    json(response, 200, this.#grant());
  }

  async #refresh(response: ServerResponse, { refreshToken = '' }: { refreshToken?: string }): Promise<void> {
    const uses = (this.refreshes.get(refreshToken) ?? 0) + 1;
    this.refreshes.set(refreshToken, uses);
    if (uses > 1) return problem(response, 401, 'refresh-token-reused', 'The session has ended.');
    json(response, 200, this.#grant());
  }

  #grant(): unknown {
    const accessToken = randomUUID();
    this.#valid.add(accessToken);
    const expiresAt = new Date(Date.now() + this.lifetimeMs).toISOString();
    return { accessToken, refreshToken: randomUUID(), expiresAt, user: ME.user };
  }

  async #object(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const parts = url.pathname.split('/').slice(4).map(decodeURIComponent);
    if (!this.buckets.has(parts.slice(0, 2).join('/')))
      return problem(response, 404, 'no-such-bucket', 'There is no such bucket.');
    if (parts.length === 2) return this.#list(response, parts.join('/'), url.searchParams);
    const name = parts.join('/');
    const now = this.objects.get(name);
    switch (request.method) {
      case 'PUT': {
        if (request.headers['if-none-match'] === '*' && now)
          return problem(response, 412, 'precondition-failed', 'It is there.');
        if (request.headers['if-match'] !== undefined && request.headers['if-match'] !== `"${now?.etag}"`) {
          return problem(response, 412, 'precondition-failed', 'It has changed.');
        }
        const stored = this.#store(name, await readBody(request), String(request.headers['content-type']));
        if (this.faults.lostAnswers > 0) {
          this.faults.lostAnswers -= 1;
          return void request.socket.destroy();
        }
        return json(response, now ? 200 : 201, { etag: stored.etag, size: stored.bytes.length, modifiedAt: MODIFIED });
      }
      case 'DELETE':
        this.objects.delete(name);
        return void response.writeHead(204).end();
      default:
        return now ? this.#read(request, response, now) : problem(response, 404, 'not-found', `There is no ${name}.`);
    }
  }

  #read(request: IncomingMessage, response: ServerResponse, { bytes, etag, contentType }: StoredObject): void {
    const { range } = request.headers;
    const ifRange = request.headers['if-range'];
    const first =
      range !== undefined && (ifRange === undefined || ifRange === `"${etag}"`) ? Number(/\d+/.exec(range)?.[0]) : 0;
    const body = bytes.subarray(first);
    response.writeHead(first > 0 ? 206 : 200, {
      etag: `"${etag}"`,
      'content-type': contentType,
      'content-length': body.length,
      'last-modified': new Date(MODIFIED).toUTCString(),
      ...(first > 0 && { 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    const cut = this.faults.cutDownloadAfter;
    if (cut === undefined) return void response.end(body);
    this.faults.cutDownloadAfter = undefined;
    response.write(body.subarray(0, cut), () => response.destroy());
  }

  #list(response: ServerResponse, bucket: string, query: URLSearchParams): void {
    const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter')];
    const items: unknown[] = [];
    const prefixes = new Set<string>();
    for (const [name, { bytes, etag, contentType }] of [...this.objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!name.startsWith(`${bucket}/${prefix}`)) continue;
      const key = name.slice(bucket.length + 1);
      const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
      if (end !== -1) prefixes.add(key.slice(0, end + 1));
      else items.push({ key, size: bytes.length, etag, contentType, modifiedAt: MODIFIED });
    }
    json(response, 200, { items, prefixes: [...prefixes], nextCursor: null });
  }

  async #upload(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const id = url.pathname.split('/')[4] ?? '';
    if (request.method === 'POST') {
      const metadata = Object.fromEntries(
        String(request.headers['upload-metadata'])
          .split(',')
          .map((pair) => pair.split(' '))
          .map(([name = '', value = '']) => [name, Buffer.from(value, 'base64').toString()]),
      );
      const made = randomUUID();
      const name = `${metadata.namespace}/${metadata.bucket}/${metadata.key}`;
      const size = Number(request.headers['upload-length']);
      this.uploads.set(made, { name, contentType: metadata.contentType ?? '', size, bytes: Buffer.alloc(0) });
      return void response.writeHead(201, { location: `/api/storage/uploads/${made}` }).end();
    }
    const upload = this.uploads.get(id);
    if (!upload) return problem(response, 404, 'no-such-upload', 'There is no such upload.');
    if (request.method === 'PATCH') {
      if (Number(request.headers['upload-offset']) !== upload.bytes.length) {
        return problem(response, 409, 'offset-mismatch', 'The offset is another.');
      }
      const cut = this.faults.cutUploadAfter;
      const pieces: Buffer[] = [];
      let length = 0;
      for await (const piece of request as AsyncIterable<Buffer>) {
        pieces.push(piece);
        length += piece.length;
        if (cut !== undefined && length >= cut) {
          this.faults.cutUploadAfter = undefined;
          upload.bytes = Buffer.concat([upload.bytes, ...pieces]);
          request.socket.destroy();
          return;
        }
      }
      upload.bytes = Buffer.concat([upload.bytes, ...pieces]);
      if (upload.bytes.length === upload.size) this.#store(upload.name, upload.bytes, upload.contentType);
    }
    response.writeHead(request.method === 'PATCH' ? 204 : 200, { 'upload-offset': upload.bytes.length }).end();
  }

  async #bucket(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const name = url.pathname.split('/').slice(4).join('/');
    if (request.method === 'POST') {
      const bucket = (await readJson(request)) as { namespace: string; name: string; visibility: string };
      if (this.buckets.has(`${bucket.namespace}/${bucket.name}`))
        return problem(response, 409, 'exists', 'It is there.');
      this.buckets.add(`${bucket.namespace}/${bucket.name}`);
      return json(response, 201, bucket);
    }
    if (request.method === 'DELETE') {
      const isEmpty = ![...this.objects.keys()].some((object) => object.startsWith(`${name}/`));
      if (!isEmpty) return problem(response, 409, 'bucket-not-empty', 'It is not empty.');
      this.buckets.delete(name);
      return void response.writeHead(204).end();
    }
    const items = [...this.buckets]
      .map((bucket) => bucket.split('/'))
      .map(([namespace, own]) => ({ namespace, name: own, visibility: 'private' }));
    json(response, 200, {
      items: items.filter(({ namespace }) => namespace === url.searchParams.get('namespace')),
      nextCursor: null,
    });
  }

  async #transfer(request: IncomingMessage, response: ServerResponse, at: string): Promise<void> {
    const body = await readJson<Record<'from' | 'to', { namespace: string; bucket: string; key: string }>>(request);
    const name = (side: 'from' | 'to') => `${body[side].namespace}/${body[side].bucket}/${body[side].key}`;
    const source = this.objects.get(name('from'));
    if (!source) return problem(response, 404, 'not-found', 'There is no such object.');
    if (request.headers['if-none-match'] === '*' && this.objects.has(name('to'))) {
      return problem(response, 412, 'precondition-failed', 'It is there.');
    }
    this.objects.set(name('to'), source);
    if (at.endsWith('move')) this.objects.delete(name('from'));
    json(response, 200, { etag: source.etag });
  }

  #store(name: string, bytes: Buffer, contentType: string): StoredObject {
    const stored = { bytes, contentType, etag: createHash('sha256').update(bytes).digest('hex').slice(0, 32) };
    this.objects.set(name, stored);
    return stored;
  }
}

const MODIFIED = '2026-03-04T05:06:07.000Z';
const ME = {
  user: { id: 'user_1', name: 'admin', isAdministrator: true },
  namespaces: [{ name: 'admin', role: 'owner' }],
  via: 'session',
  scopes: ['*'],
};

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
  errors?: Record<string, string>,
): void {
  const body = { type: `urn:bramble:problem:${code}`, title: code, status, detail, errors, requestId: 'req_1' };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
}

async function readJson<T = Record<string, string>>(request: IncomingMessage): Promise<T> {
  return JSON.parse((await readBody(request)).toString()) as T;
}
