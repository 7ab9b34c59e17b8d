/** Many small durable objects, beside the disk's own rate of durable appends: grouped commit must show. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBramble } from '../test/bramble.ts';
import { TestClient } from '../test/client.ts';
import { durableAppendRate } from './disk.ts';
import { wrkRate } from './load/wrk.ts';
import { type Benchmark, figure, type Row } from './measurement.ts';

const BYTES = 4096;
const ROUNDS = 5;
const SECONDS = 5;
const KEYS = 100_000;
const CONNECTIONS = [1, 8, 32, 128];

export const benchmark: Benchmark = {
  name: 'small-objects',
  summary: "PUT and GET of 4 KiB objects, beside the disk's own rate of 4 KiB appends with fdatasync",
  run: async (): Promise<Row[]> => {
    await using bramble = await startBramble();
    const { accessToken: token } = await bramble.login();
    await using client = new TestClient(bramble, token);
    await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'bench', visibility: 'private' });
    const folder = mkdtempSync(join(tmpdir(), 'bramble-bench-'));
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
    const load = { url: bramble.url, headers, seconds: SECONDS };
    const targets = (count: number) => ({ prefix: '/api/storage/objects/admin/bench/', count });
    const put = new Map(CONNECTIONS.map((connections) => [connections, [] as number[]]));
    const get: number[] = [];
    const disk: number[] = [];
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        disk.push(durableAppendRate(folder, BYTES, 2_000));
        for (const [connections, rates] of put) {
          rates.push(await wrkRate({ ...load, method: 'PUT', targets: targets(KEYS), bodyBytes: BYTES, connections }));
        }
        get.push(await wrkRate({ ...load, method: 'GET', targets: targets(1000), connections: 32 }));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const peer = { name: 'fdatasync', figure: figure(disk) };
    const rows: Row[] = [...put].map(([connections, rates]) => ({
      what: `PUT 4 KiB, ${connections} clients`,
      unit: 'objects/s',
      ours: figure(rates),
      peer,
      ...(connections === 32 && { goal: 5 }),
    }));
    return [...rows, { what: 'GET 4 KiB, 32 clients', unit: 'objects/s', ours: figure(get) }];
  },
};
