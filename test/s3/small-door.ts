/** A whole bramble and the AWS SDK as its administrator, without the large file that `door.ts` makes. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { startBramble, type TestBramble } from '../bramble.ts';

export interface SmallDoor extends AsyncDisposable {
  readonly bramble: TestBramble;
  readonly client: S3Client;
  /** Another one, with another access key; ended by who asks for it. */
  clientOf(accessKeyId: string, secretAccessKey: string): S3Client;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** `env`: as `startBramble` takes it. */
export async function openSmallDoor(env: Record<string, string> = {}): Promise<SmallDoor> {
  await using stack = new AsyncDisposableStack();
  const bramble = stack.use(await startBramble({ env }));
  await bramble.login();
  const made = await bramble.cli(['access-key', 'create', 'tests', '--namespace', 'admin', '--json']);
  if (made.code !== 0) throw new Error(`No access key was made: ${made.stderr}`);
  const { id, secret } = JSON.parse(made.stdout) as { id: string; secret: string };
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
  const client = clientOf(id, secret);
  stack.defer(() => client.destroy());
  const owned = stack.move();
  return {
    bramble,
    client,
    clientOf,
    accessKeyId: id,
    secretAccessKey: secret,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}
