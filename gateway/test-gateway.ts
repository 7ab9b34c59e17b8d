/** For tests: a gateway inside the test's process, in front of a control that answers what the test says. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import pino from 'pino';
import { systemClock } from '../common/clock/index.ts';
import { loadConfig } from '../common/config/index.ts';
import { nodeDisk } from '../common/disk/index.ts';
import { Readiness } from '../common/health/index.ts';
import { makeTestAuthority, type TestAuthority } from '../common/identity/test-authority.ts';
import { systemRandom } from '../common/ids/index.ts';
import { type InternalRequest, InternalServer, rpcRoute } from '../common/internal/index.ts';
import { createLogger } from '../common/logging/index.ts';
import { createMetrics } from '../common/metrics/index.ts';
import { GATEWAY_CERTIFICATE_PATH, signingRequestBody } from '../common/renewal/index.ts';
import { gatewayConfig } from './config.ts';
import { Gateway } from './gateway.ts';
import type { Door, Route } from './routing/index.ts';

export interface TestGatewayOptions {
  /** The section `gateway`, over defaults with free ports. */
  settings?: Record<string, unknown>;
  routes?: readonly Route[];
  /** A door that has its hosts, and ports of its own where the settings have them. */
  s3?: Door;
  /** What control answers to forwarded requests. */
  control?: (context: InternalRequest) => Promise<void>;
  /** Leave control to be started by the test. */
  withoutControl?: boolean;
  certificateValidity?: () => { validFromMs: number; validToMs: number };
}

const BRAMBLE = 'test';
const LOG = { level: process.env.TEST_LOG ?? 'silent' } as const;

export class TestGateway implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly authority: TestAuthority;
  readonly folder: string;
  /** Log lines, parsed. */
  readonly lines: Record<string, unknown>[];
  readonly #options: TestGatewayOptions;
  readonly #controlPort: number;
  #control: InternalServer | undefined;

  static async start(options: TestGatewayOptions = {}): Promise<TestGateway> {
    const authority = await makeTestAuthority();
    const folder = await mkdtemp(join(tmpdir(), 'bramble-gateway-'));
    const first = await startControl(authority, options, 0);
    const controlPort = Number(first.address.split(':')[1]);
    if (options.withoutControl) await first[Symbol.asyncDispose]();
    const file = {
      gateway: {
        httpsPort: 0,
        httpPort: 0,
        internalPort: 0,
        controlAddress: `127.0.0.1:${controlPort}`,
        dataFolder: folder,
        logLevel: 'debug',
        ...options.settings,
      },
    };
    const config = loadConfig('gateway', gatewayConfig, {
      file: { path: 'test', text: JSON.stringify(file) },
      env: {},
    });
    const lines: Record<string, unknown>[] = [];
    const gateway = await Gateway.start({
      config,
      identity: await authority.issue({ bramble: BRAMBLE, node: 'one', role: 'gateway' }),
      disk: nodeDisk,
      clock: systemClock,
      random: systemRandom,
      logger: createLogger(
        { process: 'gateway', level: config.logLevel },
        { write: (line: string) => void lines.push(JSON.parse(line)) },
      ),
      dataPath: () => ({
        routes: options.routes ?? [],
        ...(options.s3 && { doors: [options.s3], s3: options.s3 }),
        [Symbol.asyncDispose]: async () => {},
      }),
    });
    const made = new TestGateway(options, {
      gateway,
      authority,
      folder,
      lines,
      controlPort,
      control: options.withoutControl ? undefined : first,
    });
    if (!options.withoutControl) await gateway.whenReady(AbortSignal.timeout(10_000));
    return made;
  }

  private constructor(
    options: TestGatewayOptions,
    parts: {
      gateway: Gateway;
      authority: TestAuthority;
      folder: string;
      lines: Record<string, unknown>[];
      controlPort: number;
      control: InternalServer | undefined;
    },
  ) {
    this.#options = options;
    this.gateway = parts.gateway;
    this.authority = parts.authority;
    this.folder = parts.folder;
    this.lines = parts.lines;
    this.#controlPort = parts.controlPort;
    this.#control = parts.control;
  }

  async startControl(): Promise<void> {
    this.#control = await startControl(this.authority, this.#options, this.#controlPort);
  }

  async stopControl(): Promise<void> {
    await this.#control?.[Symbol.asyncDispose]();
    this.#control = undefined;
  }

  /** A TLS connection of its own. */
  async connect(alpn: 'http/1.1' | 'h2' = 'http/1.1'): Promise<TLSSocket> {
    const socket = connect({
      port: this.gateway.httpsPort,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: this.authority.authorityPem,
      ALPNProtocols: [alpn],
    });
    await once(socket, 'secureConnect');
    return socket;
  }

  /** Sends bytes as they are and reads until the other side closes. */
  async raw(bytes: string | Buffer): Promise<RawAnswer> {
    const socket = await this.connect();
    socket.write(bytes);
    return await readAnswer(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    await this.stopControl();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface RawAnswer {
  status: number;
  /** Status line and headers. */
  head: string;
  body: string;
}

/** Reads one answer, whether or not the connection ends after it. */
export async function readAnswer(socket: TLSSocket): Promise<RawAnswer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of socket as AsyncIterable<Buffer>) {
      pieces.push(piece);
      const answer = parseAnswer(Buffer.concat(pieces).toString('latin1'));
      if (answer) return answer;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  } finally {
    socket.destroy();
  }
  const text = Buffer.concat(pieces).toString('latin1');
  return { status: Number(text.slice(9, 12)), head: text, body: '' };
}

function parseAnswer(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  if (!(body.length >= length)) return undefined;
  return { status: Number(head.slice(9, 12)), head, body };
}

/** A control that signs the public certificate and answers everything else by `options.control`. */
export async function startControl(
  authority: TestAuthority,
  options: Pick<TestGatewayOptions, 'control' | 'certificateValidity'>,
  port: number,
): Promise<InternalServer> {
  return await InternalServer.listen({
    identity: await authority.issue({ bramble: BRAMBLE, node: 'one', role: 'control' }),
    logger: pino(LOG),
    readiness: new Readiness(),
    metrics: createMetrics('control'),
    host: '127.0.0.1',
    port,
    routes: [
      rpcRoute(GATEWAY_CERTIFICATE_PATH, ['gateway'], signingRequestBody, async ({ request }) => ({
        certificatePem: await authority.sign(
          request,
          ['localhost', '127.0.0.1'],
          options.certificateValidity?.() ?? {},
        ),
        authorityPem: authority.authorityPem,
      })),
      {
        method: '*',
        path: '/*',
        roles: ['gateway'],
        handle: options.control ?? (async ({ response }) => void response.writeHead(204).end()),
      },
    ],
  });
}
