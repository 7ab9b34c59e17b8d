/** One object of 1 GiB up and down through TLS, beside what the disk and a static web server reach. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBramble } from '../test/bramble.ts';
import { TestClient } from '../test/client.ts';
import { sequentialRate } from './disk.ts';
import { curlSeconds } from './load/curl.ts';
import { type Benchmark, figure, type Row } from './measurement.ts';
import { startNginx } from './peers/nginx.ts';

const BYTES = 2 ** 30;
const ROUNDS = 5;
const NGINX_PORT = 18_443;

export const benchmark: Benchmark = {
  name: 'large-objects',
  summary: 'PUT and GET of a 1 GiB object, beside three parallel dd streams and a static nginx',
  run: async (): Promise<Row[]> => {
    const folder = mkdtempSync(join(tmpdir(), 'bramble-bench-'));
    try {
      return await measure(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(folder: string): Promise<Row[]> {
  const file = join(folder, 'gibibyte');
  execFileSync('dd', ['if=/dev/urandom', `of=${file}`, 'bs=1M', `count=${BYTES / 2 ** 20}`, 'status=none']);
  await using bramble = await startBramble();
  const { accessToken: token } = await bramble.login();
  await using client = new TestClient(bramble, token);
  await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'bench', visibility: 'private' });
  await using nginx = await startNginx({
    root: folder,
    port: NGINX_PORT,
    key: join(bramble.folder, 'gateway', 'public', 'gateway.key'),
    certificate: join(bramble.folder, 'gateway', 'public', 'gateway.crt'),
  });
  const url = `${bramble.url}/api/storage/objects/admin/bench/gibibyte`;
  const ca = bramble.caFile;
  const rates = { put: [] as number[], disk: [] as number[], get: [] as number[], nginx: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.put.push(BYTES / (await curlSeconds(url, { upload: file, token, ca })) / 1e6);
    rates.disk.push(await sequentialRate(folder, 3, BYTES));
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.get.push(BYTES / (await curlSeconds(url, { token, ca })) / 1e6);
    rates.nginx.push(BYTES / (await curlSeconds(`${nginx.url}/gibibyte`, { ca })) / 1e6);
  }
  return [
    {
      what: 'PUT 1 GiB, three replicas',
      unit: 'MB/s',
      ours: figure(rates.put),
      peer: { name: 'each of 3 × dd conv=fdatasync', figure: figure(rates.disk) },
      goal: 0.5,
    },
    {
      what: 'GET 1 GiB',
      unit: 'MB/s',
      ours: figure(rates.get),
      peer: { name: 'nginx', figure: figure(rates.nginx) },
      goal: 0.5,
    },
  ];
}
