/** Garage with three nodes and three replicas, on this disk. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { untilAnswered } from '../load/until-answered.ts';
import { cargoProgram } from './cargo-program.ts';
import type { S3Peer } from './s3-peer.ts';

const VERSION = '2.5.0';
const NODES = [0, 1, 2];
const REGION = 'garage';
const execute = promisify(execFile);

/** Its S3 ports begin at `port`, its internal ones ten above. */
export async function startGarage(port: number): Promise<S3Peer> {
  const program = await cargoProgram('garage', VERSION);
  const folder = mkdtempSync(join(tmpdir(), 'bramble-garage-'));
  const secret = randomBytes(32).toString('hex');
  const configs = NODES.map((node) => writeConfig(folder, node, port, secret));
  const servers = configs.map((config) =>
    spawn(program, ['-c', config, 'server'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, RUST_LOG: 'garage=error' },
    }),
  );
  const garage = async (node: number, ...args: string[]): Promise<string> =>
    (await execute(program, ['-c', configs[node] ?? '', ...args])).stdout.trim();
  for (const node of NODES) await untilAnswered(`http://127.0.0.1:${port + node}/`, 30_000);
  const ids = await Promise.all(NODES.map((node) => garage(node, 'node', 'id', '-q')));
  for (const id of ids.slice(1)) await garage(0, 'node', 'connect', id);
  for (const [node, id] of ids.entries()) {
    await garage(0, 'layout', 'assign', '-z', `zone-${node}`, '-c', '50G', id.split('@')[0] ?? '');
  }
  await garage(0, 'layout', 'apply', '--version', '1');
  const key = await garage(0, 'key', 'create', 'bench');
  await garage(0, 'key', 'allow', '--create-bucket', 'bench');
  return {
    name: 'Garage',
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: field(key, 'Key ID'),
    secretAccessKey: field(key, 'Secret key'),
    region: REGION,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map(stop));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeConfig(folder: string, node: number, port: number, secret: string): string {
  const own = join(folder, `node-${node}`);
  mkdirSync(own);
  const config = join(own, 'garage.toml');
  const internal = `127.0.0.1:${port + 10 + node}`;
  writeFileSync(
    config,
    `metadata_dir = "${own}/meta"
data_dir = "${own}/data"
db_engine = "lmdb"
replication_factor = 3
metadata_fsync = true
data_fsync = true
rpc_bind_addr = "${internal}"
rpc_public_addr = "${internal}"
rpc_secret = "${secret}"
[s3_api]
s3_region = "${REGION}"
api_bind_addr = "127.0.0.1:${port + node}"
root_domain = ".s3.garage.localhost"
`,
  );
  return config;
}

function field(text: string, name: string): string {
  const value = new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`Garage did not say its ${name}:\n${text}`);
  return value;
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  server.kill('SIGTERM');
  await ended;
}
