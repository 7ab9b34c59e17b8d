/**
 * One bramble for all test files that change nothing but what is in namespaces of their own: started when the first one asks,
 * stopped when the last has ended. Vitest runs this beside its workers; they ask over a socket.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startBramble, type TestBramble } from './bramble.ts';

/** What a test file needs to know of it. */
export interface SharedBramble {
  url: string;
  s3Url: string;
  caFile: string;
  /** Of an administrator who is logged in. */
  cliEnvironment: Record<string, string>;
}

declare module 'vitest' {
  interface ProvidedContext {
    sharedBrambleSocket: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-shared-'));
  let bramble: Promise<TestBramble> | undefined;
  const server = createServer(async (_request, response) => {
    try {
      bramble ??= start();
      const { url, s3Url, caFile, cliEnvironment } = await bramble;
      response.end(JSON.stringify({ url, s3Url, caFile, cliEnvironment } satisfies SharedBramble));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  const socket = join(folder, 'socket');
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
  project.provide('sharedBrambleSocket', socket);
  return async () => {
    server.close();
    server.closeAllConnections();
    await (await bramble?.catch(() => undefined))?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
}

async function start(): Promise<TestBramble> {
  const bramble = await startBramble();
  await bramble.login();
  return bramble;
}
