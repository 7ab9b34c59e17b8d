/** The storage routes behind a plain HTTP server, with a test master and real chunkserver processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../common/clock/index.ts';
import { nodeDisk } from '../../common/disk/index.ts';
import { PROBLEM_CONTENT_TYPE, toAppError, toProblem } from '../../common/errors/index.ts';
import { writeIdentity } from '../../common/identity/index.ts';
import { makeTestAuthority } from '../../common/identity/test-authority.ts';
import { systemRandom } from '../../common/ids/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { Registry } from '../../common/metrics/index.ts';
import type { Exchange } from '../routing/index.ts';
import { Router } from '../routing/router.ts';
import { storageRoutes } from './storage-routes.ts';
import { TestMaster } from './test-master.ts';

export interface TestStorage extends AsyncDisposable {
  readonly url: string;
  readonly master: TestMaster;
  readonly folder: string;
  /** Ends a chunkserver (`node-1`, …) by SIGKILL. */
  kill(node: string): Promise<void>;
  /** Stops it (SIGSTOP) without ending it. */
  stall(node: string): void;
  /** Lets it go on (SIGCONT). */
  resume(node: string): void;
  start(node: string): Promise<void>;
}

const BRAMBLE = 'test';

export async function startTestStorage(nodes = 3): Promise<TestStorage> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bramble-storage-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const authority = await makeTestAuthority();
  const logger = createLogger({ process: 'test', level: process.env.TEST_LOG === undefined ? 'silent' : 'warn' });
  const control = await authority.issue({ bramble: BRAMBLE, node: 'node-0', role: 'control' });
  const master = stack.use(await TestMaster.start(control, logger));
  const children = new Map<string, ChildProcess>();
  const end = async (node: string) => {
    const child = children.get(node);
    children.delete(node);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  };
  stack.defer(async () => {
    for (const node of [...children.keys()]) await end(node);
  });
  const start = async (node: string) => {
    const identityFolder = join(folder, node, 'identity');
    await writeIdentity(
      nodeDisk,
      identityFolder,
      (await authority.issue({ bramble: BRAMBLE, node, role: 'chunkserver' })).material,
    );
    const child = spawn(process.execPath, ['chunkserver/main.ts'], {
      env: {
        ...process.env,
        BRAMBLE_CHUNKSERVER_PORT: '0',
        BRAMBLE_CHUNKSERVER_DATA_FOLDER: join(folder, node),
        BRAMBLE_CHUNKSERVER_IDENTITY_FOLDER: identityFolder,
        BRAMBLE_CHUNKSERVER_CONTROL_ADDRESS: master.address,
        BRAMBLE_CHUNKSERVER_LOG_LEVEL: process.env.TEST_LOG === undefined ? 'silent' : 'warn',
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.set(node, child);
    master.nodes.delete(node);
    await waitUntil(() => master.nodes.has(node));
  };
  await Promise.all(Array.from({ length: nodes }, (_, index) => start(`node-${index + 1}`)));

  const identity = await authority.issue({ bramble: BRAMBLE, node: 'node-0', role: 'gateway' });
  const storage = stack.use(
    storageRoutes({
      identity,
      controlAddress: master.address,
      storageHost: 'storage.localhost',
      clock: systemClock,
      random: systemRandom,
      logger,
      metrics: new Registry(),
    }),
  );
  const router = new Router(storage.routes);
  const server = createServer({ highWaterMark: 1 << 20 }, (request, response) => {
    const controller = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(new Error('The client went away.'));
    });
    const url = new URL(request.url ?? '/', 'http://localhost');
    const handle = async () => {
      const path = decodeURIComponent(url.pathname);
      const { route, params } = router.find('localhost', request.method ?? '', path);
      const token = request.headers.authorization?.replace('Bearer ', '');
      const exchange: Exchange = {
        requestId: 'test',
        traceparent: '',
        method: request.method ?? '',
        host: 'localhost',
        raw: { path: url.pathname, query: url.search === '' ? undefined : url.search.slice(1), authority: undefined },
        isSecure: false,
        target: request.url ?? '',
        path,
        params,
        query: url.searchParams,
        remoteAddress: '127.0.0.1',
        credential: token ? { kind: 'bearer', token } : { kind: 'anonymous' },
        request,
        response,
        signal: controller.signal,
        logger,
      };
      await route.handle(exchange);
    };
    handle().catch((thrown: unknown) => {
      const error = toAppError(thrown);
      if (error.status === 500) logger.error({ err: thrown }, 'test request failed');
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(error.status, { 'content-type': PROBLEM_CONTENT_TYPE });
      response.end(JSON.stringify(toProblem(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const owned = stack.move();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    master,
    folder,
    kill: end,
    stall: (node) => children.get(node)?.kill('SIGSTOP'),
    resume: (node) => children.get(node)?.kill('SIGCONT'),
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export async function waitUntil(condition: () => boolean, withinMs = 15_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`Not within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
