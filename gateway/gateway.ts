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
import { HttpsListener } from './entry/https-listener.ts';
import { RedirectListener } from './entry/redirect-listener.ts';
import { RequestMetrics } from './entry/request-metrics.ts';
import { ConnectionCount } from './limits/connection-count.ts';
import { RequestRate } from './limits/request-rate.ts';
import { gatewayRoutes } from './pages/gateway-routes.ts';
import { ControlLink, proxyRoutes } from './proxy/index.ts';
import { type Route, Router } from './routing/index.ts';

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
    const https = stack.use(
      await HttpsListener.listen({ config, certificate, connections, entry, metrics, clock, ids, logger }),
    );
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
    return new Gateway(options, stack.move(), { entry, https, http, internal, ready });
  }

  private constructor(
    options: GatewayOptions,
    owned: AsyncDisposableStack,
    parts: {
      entry: Entry;
      https: HttpsListener;
      http: RedirectListener;
      internal: InternalServer;
      ready: Promise<void>;
    },
  ) {
    this.#options = options;
    this.#owned = owned;
    this.#entry = parts.entry;
    this.#https = parts.https;
    this.#http = parts.http;
    this.#internal = parts.internal;
    this.#ready = parts.ready;
  }

  get httpsPort(): number {
    return this.#https.port;
  }

  get httpPort(): number {
    return this.#http.port;
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
    const closed = this.#https.stopAccepting();
    const rest = new AbortController();
    const timeUp = clock.sleep(config.limits.stopTimeout, rest.signal).catch(() => undefined);
    await Promise.race([closed, timeUp]);
    rest.abort();
    this.#entry.cut(new Unavailable('The gateway is stopping.', { code: 'gateway-stopping' }));
    await this.#owned[Symbol.asyncDispose]();
  }
}

/** What the certificate must name besides this machine's own names: the domain, its parts, and what was configured. */
function publicNames({ domain, tls }: GatewayConfig): { type: 'dns' | 'ip'; value: string }[] {
  const named = isIP(domain)
    ? [domain]
    : [domain, `*.${domain}`, `s3.${domain}`, `*.s3.${domain}`, `storage.${domain}`];
  return [...named, ...tls.names].map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }));
}
