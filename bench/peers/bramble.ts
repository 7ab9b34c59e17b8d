/** Ourselves: a whole bramble on this machine, three chunkservers. */
import { startBramble } from '../../test/bramble.ts';
import type { S3Peer } from './s3-peer.ts';

export async function startBramblePeer(port: number): Promise<S3Peer> {
  const bramble = await startBramble({ env: { BRAMBLE_GATEWAY_S3_HTTP_PORT: String(port) } });
  await bramble.login();
  const made = await bramble.cli(['access-key', 'create', 'bench', '--namespace', 'admin', '--json']);
  if (made.code !== 0) throw new Error(`No access key was made: ${made.stderr}`);
  const { id, secret } = JSON.parse(made.stdout) as { id: string; secret: string };
  return {
    name: 'Bramble',
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: id,
    secretAccessKey: secret,
    region: 'us-east-1',
    [Symbol.asyncDispose]: () => bramble[Symbol.asyncDispose](),
  };
}
