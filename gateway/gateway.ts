/** The gateway, wired: reads as its table of contents. `main.ts` runs it as a process, tests inside theirs. */
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../common/clock/index.ts';
import type { Disk } from '../common/disk/index.ts';
import { Unavailable } from '../common/errors/index.ts';
import { Readiness } from '../common/health/index.ts';
import type { Identity } from '../common/identity/index.ts';
import { createIdMaker, type Random } from '../common/ids/index.ts';
import { InternalClient, InternalServer } from '../common/internal/index.ts';
import type { Logger } from '../common/logging/index.ts';
import { createMetrics, type Registry } from '../common/metrics/index.ts';
import { requestGatewayCertificate } from '../common/renewal/index.ts';
import { PublicCertificate } from './certificate/index.ts';
import type { GatewayConfig } from './config.ts';
import { securityHeaders } from './entry/answer-headers.ts';
import { BodyWatch } from './entry/body-watch.ts';
import { Entry } from './entry/entry.ts';
import { HttpsListener, type HttpsListenerOptions } from './entry/https-listener.ts';
import { PlainListener } from './entry/plain-listener.ts';
import { RedirectListener } from './entry/redirect-listener.ts';
import { RequestMetrics } from './entry/request-metrics.ts';
import { ConnectionCount } from './limits/connection-count.ts';
import { RequestRate } from './limits/request-rate.ts';
import { gatewayRoutes } from './pages/gateway-routes.ts';
import { ControlLink, proxyRoutes } from './proxy/index.ts';
import { type Door, type Route, Router } from './routing/index.ts';

export interface GatewayOptions {
  config: GatewayConfig;
  identity: Identity;
  disk: Disk;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Routes besides the gateway's own and control's; the data path in earnest, made by what owns it. */
  dataPath?: (metrics: Registry) => DataPath;
}

/** Disposed of after the last request. */
export interface DataPath extends AsyncDisposable {
  readonly routes: readonly Route[];
  /** With hosts of their own. */
  readonly doors?: readonly Door[];
  /** The one of them that may have ports of its own. */
  readonly s3?: Door;
}

/** Nobody waits for a certificate but the gateway itself: asking anew would only add a pause and a line of log. */
const CERTIFICATE_WAIT_MS = 60 * 60 * 1000;

/** Connections to control: what is asked of it is short, save streams of events, each of which holds one. */
const INTERNAL_CONNECTIONS = 256;

export class Gateway implements AsyncDisposable {
  readonly #options: GatewayOptions;
  readonly #owned = new AsyncDisposableStack();
  readonly #entry: Entry;
  readonly #https: HttpsListener;
  readonly #http: RedirectListener;
  readonly #s3: S3Listeners;
  readonly #internal: InternalServer;
  readonly #ready: Promise<void>;

  /** Listens; not ready before control answers. @throws the listening error of Node. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    await using stack = new AsyncDisposableStack();
    const { config, identity, disk, clock, random, logger } = options;
    const { limits } = config;
    const readiness = new Readiness();
    const registry = createMetrics('gateway');
    const ids = createIdMaker(clock, random);
    const client = stack.use(new InternalClient(identity, { connections: INTERNAL_CONNECTIONS }));
    const link = stack.use(ControlLink.start({ client, address: config.controlAddress, readiness, clock, logger }));
    readiness.waitFor('certificate', 'a public certificate from control');
    const certificate = stack.use(
      await PublicCertificate.open({
        disk,
        folder: join(config.dataFolder, 'public'),
        clock,
        logger,
        interim: identity.material,
        request: async (signal) => {
          await link.whenUp(CERTIFICATE_WAIT_MS, signal);
          return await requestGatewayCertificate(client, config.controlAddress, publicNames(config), signal);
        },
      }),
    );
    const dataPath = options.dataPath?.(registry);
    if (dataPath) stack.use(dataPath);
    const connections = new ConnectionCount(limits);
    const rate = new RequestRate(limits, clock);
    const metrics = new RequestMetrics(registry, {
      connections: () => connections.total,
      requests: () => entry.openRequests,
    });
    const entry: Entry = new Entry({
      router: new Router([
        ...gatewayRoutes({ config, readiness, authorityPem: () => certificate.authorityPem }),
        ...(dataPath?.routes ?? []),
        ...proxyRoutes({ client, link, clock, limits }),
      ]),
      doors: dataPath?.doors ?? [],
      rate,
      watch: stack.use(new BodyWatch(limits, clock)),
      limits,
      cors: config.cors,
      headers: securityHeaders(config.domain),
      metrics,
      clock,
      random,
      ids,
      logger,
    });
    const wiring = { config, certificate, connections, entry, metrics, clock, ids, logger };
    const https = stack.use(await HttpsListener.listen({ ...wiring, port: config.httpsPort }));
    const s3 = await listenForS3(stack, wiring, dataPath?.s3);
    const http = stack.use(
      await RedirectListener.listen({
        config,
        httpsPort: https.port,
        readiness,
        metrics: registry,
        connections,
        rate,
        clock,
        ids,
        logger,
      }),
    );
    const internal = stack.use(
      await InternalServer.listen({
        identity,
        logger,
        readiness,
        metrics: registry,
        routes: [],
        host: config.internalHost,
        port: config.internalPort,
      }),
    );
    const ready = Promise.all([link.firstUp, certificate.obtained.then(() => readiness.fulfil('certificate'))]).then(
      () => undefined,
    );
    return new Gateway(options, stack.move(), { entry, https, http, s3, internal, ready });
  }

  private constructor(
    options: GatewayOptions,
    owned: AsyncDisposableStack,
    parts: {
      entry: Entry;
      https: HttpsListener;
      http: RedirectListener;
      s3: S3Listeners;
      internal: InternalServer;
      ready: Promise<void>;
    },
  ) {
    this.#options = options;
    this.#owned = owned;
    this.#entry = parts.entry;
    this.#https = parts.https;
    this.#http = parts.http;
    this.#s3 = parts.s3;
    this.#internal = parts.internal;
    this.#ready = parts.ready;
  }

  get httpsPort(): number {
    return this.#https.port;
  }

  get httpPort(): number {
    return this.#http.port;
  }

  /** The ports of S3 alone, where they are configured. */
  get s3Ports(): { https?: number; http?: number } {
    const { https, http } = this.#s3;
    return { ...(https && { https: https.port }), ...(http && { http: http.port }) };
  }

  get openRequests(): number {
    return this.#entry.openRequests;
  }

  /** `host:port` of the internal port. */
  get internalAddress(): string {
    return this.#internal.address;
  }

  /** Resolves once control answers and there is a certificate that people can check. @throws when aborted before. */
  async whenReady(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#ready, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** In order: no more connections, requests in progress finish for a while, what is left is cut. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock, config } = this.#options;
    this.#entry.drain();
    const listeners = [this.#https, this.#s3.https, this.#s3.http].filter((listener) => listener !== undefined);
    const closed = Promise.all(listeners.map((listener) => listener.stopAccepting()));
    const rest = new AbortController();
    const timeUp = clock.sleep(config.limits.stopTimeout, rest.signal).catch(() => undefined);
    await Promise.race([closed, timeUp]);
    rest.abort();
    this.#entry.cut(new Unavailable('The gateway is stopping.', { code: 'gateway-stopping' }));
    await this.#owned[Symbol.asyncDispose]();
  }
}

interface S3Listeners {
  https: HttpsListener | undefined;
  http: PlainListener | undefined;
}

async function listenForS3(
  stack: AsyncDisposableStack,
  wiring: Omit<HttpsListenerOptions, 'port' | 'config'> & { config: GatewayConfig },
  door: Door | undefined,
): Promise<S3Listeners> {
  const { config } = wiring;
  const { port, httpPort, httpHost } = config.s3;
  if (!door) return { https: undefined, http: undefined };
  const https = port === undefined ? undefined : stack.use(await HttpsListener.listen({ ...wiring, port, door }));
  const http =
    httpPort === undefined
      ? undefined
      : stack.use(
          await PlainListener.listen({ ...wiring, limits: config.limits, host: httpHost, port: httpPort, door }),
        );
  return { https, http };
}

/** What the certificate must name besides this machine's own names: the domain, its parts, and what was configured. */
function publicNames({ domain, s3, tls }: GatewayConfig): { type: 'dns' | 'ip'; value: string }[] {
  const named = isIP(domain)
    ? [domain]
    : [domain, `*.${domain}`, `s3.${domain}`, `*.s3.${domain}`, `*.s3-website.${domain}`, `storage.${domain}`];
  const ofS3 = s3.names.flatMap((name) => (isIP(name) ? [name] : [name, `*.${name}`]));
  return [...named, ...ofS3, ...tls.names].map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }));
}
