/** The S3 door of a whole bramble, and the AWS SDK for it, in a namespace of the test file's own. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Client } from 'undici';
import { inject } from 'vitest';
import { type CliOptions, type CliResult, runCli, startBramble } from '../bramble.ts';
import type { SharedBramble } from '../shared-bramble.ts';

export interface SmallDoor extends AsyncDisposable {
  readonly bramble: SharedBramble & { cli(args: readonly string[], options?: CliOptions): Promise<CliResult> };
  readonly namespace: string;
  readonly client: S3Client;
  /** Another one, with another access key; ended by who asks for it. */
  clientOf(accessKeyId: string, secretAccessKey: string): S3Client;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** `env`: as `startBramble` takes it, for a bramble of the file's own; without it, the one that files share. */
export async function openSmallDoor(env?: Record<string, string>): Promise<SmallDoor> {
  await using stack = new AsyncDisposableStack();
  const bramble = env ? stack.use(await startAlone(env)) : await sharedBramble();
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const cli = (args: readonly string[], options: CliOptions = {}) =>
    runCli(args, options, { ...bramble.cliEnvironment, BRAMBLE_NAMESPACE: namespace });
  const succeed = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(args);
    if (code !== 0) throw new Error(`bramble ${args.join(' ')} failed: ${stderr}`);
    return stdout;
  };
  await succeed('namespace', 'create', namespace);
  const made = JSON.parse(await succeed('access-key', 'create', 'tests', '--json')) as { id: string; secret: string };
  const ca = readFileSync(bramble.caFile);
  const clientOf = (accessKeyId: string, secretAccessKey: string) =>
    new S3Client({
      endpoint: bramble.s3Url,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
      requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca, keepAlive: true, maxSockets: 16 }) }),
    });
  const client = clientOf(made.id, made.secret);
  stack.defer(() => client.destroy());
  const owned = stack.move();
  return {
    bramble: { ...bramble, cli },
    namespace,
    client,
    clientOf,
    accessKeyId: made.id,
    secretAccessKey: made.secret,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

async function startAlone(env: Record<string, string>): Promise<SharedBramble & AsyncDisposable> {
  const bramble = await startBramble({ env });
  await bramble.login();
  return bramble;
}

async function sharedBramble(): Promise<SharedBramble> {
  const client = new Client('http://shared', { socketPath: inject('sharedBrambleSocket') });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: '/' });
    if (statusCode !== 200) throw new Error(`The shared bramble did not start: ${await body.text()}`);
    return (await body.json()) as SharedBramble;
  } finally {
    await client.close();
  }
}
