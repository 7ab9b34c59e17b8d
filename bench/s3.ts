/**
 * The S3 door beside MinIO and Garage, by presigned requests over plain HTTP (Garage has no TLS), taking turns. Each keeps
 * what survives the loss of any one of its copies or drives and more.
 */
import { curlTogether } from './load/curl.ts';
import { presignedTargets } from './load/presign.ts';
import { wrkRate } from './load/wrk.ts';
import { type Benchmark, figure, type Row } from './measurement.ts';
import { startBramblePeer } from './peers/bramble.ts';
import { startGarage } from './peers/garage.ts';
import { startMinio } from './peers/minio.ts';
import type { S3Peer } from './peers/s3-peer.ts';

/** Fewer, for a first look. */
const ROUNDS = Number(process.env.BRAMBLE_BENCH_ROUNDS ?? 5);
const SECONDS = 4;
const OUR_PORT = 19_001;
const MINIO_PORT = 19_002;
const GARAGE_PORT = 19_010;
const KIB = 1024;
const MIB = KIB * KIB;
/** A million with BRAMBLE_BENCH_KEYS=1000000. */
const LISTED_KEYS = Number(process.env.BRAMBLE_BENCH_KEYS ?? 100_000);
const BUCKET = 'bench';

interface Workload {
  what: string;
  unit: string;
  /** The ratio to the best peer that is wanted. */
  goal: number;
  measure(peer: S3Peer): Promise<number>;
}

export const benchmark: Benchmark = {
  name: 's3',
  summary: 'PUT, GET and list through the S3 door, beside MinIO and Garage',
  run: async (): Promise<Row[]> => {
    await using stack = new AsyncDisposableStack();
    const peers: S3Peer[] = [];
    for (const start of [
      () => startBramblePeer(OUR_PORT),
      () => startMinio(MINIO_PORT),
      () => startGarage(GARAGE_PORT),
    ]) {
      peers.push(stack.use(await start()));
    }
    for (const peer of peers) await makeBucket(peer);
    return (await measureAll(peers)).flat();
  },
};

async function measureAll(peers: readonly S3Peer[]): Promise<Row[][]> {
  const rows: Row[][] = [];
  for (const workload of workloads()) {
    const samples = new Map(peers.map((peer) => [peer, [] as number[]]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [peer, rates] of samples) rates.push(await workload.measure(peer));
    }
    const [ours, ...others] = [...samples].map(([peer, rates]) => ({ name: peer.name, figure: figure(rates) }));
    if (!ours) continue;
    const { what, unit } = workload;
    const best = Math.max(...others.map((other) => other.figure.median));
    rows.push(
      others.map((peer) => ({
        what,
        unit,
        ours: ours.figure,
        peer,
        ...(peer.figure.median === best && { goal: workload.goal }),
      })),
    );
  }
  return rows;
}

function workloads(): Workload[] {
  return [
    small('PUT', 4 * KIB, 32, 1.5),
    small('GET', 4 * KIB, 32, 1.2),
    small('PUT', MIB, 16, 1.2),
    small('GET', MIB, 16, 1.2),
    large('PUT', 64 * MIB, 4, 1.2),
    large('GET', 64 * MIB, 4, 1.2),
    listing(),
  ];
}

function sizeName(bytes: number): string {
  return bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes / KIB} KiB`;
}

function small(method: 'PUT' | 'GET', bytes: number, connections: number, goal: number): Workload {
  const count = method === 'GET' ? 200 : 2_000;
  const keys = Array.from({ length: count }, (_, index) => `/${BUCKET}/${method}-${bytes}/${index}`);
  const filled = new Set<S3Peer>();
  return {
    what: `${method} ${sizeName(bytes)}, ${connections} clients`,
    unit: 'objects/s',
    goal,
    measure: async (peer) => {
      if (method === 'GET' && !filled.has(peer)) await fill(peer, keys, bytes);
      filled.add(peer);
      const targets = presignedTargets(
        peer,
        keys.map((path) => ({ method, path })),
      );
      const body = method === 'PUT' ? { bodyBytes: bytes } : {};
      return await wrkRate({ method, url: peer.endpoint, targets, ...body, connections, seconds: SECONDS });
    },
  };
}

function large(method: 'PUT' | 'GET', bytes: number, streams: number, goal: number): Workload {
  const paths = Array.from({ length: streams * 2 }, (_, index) => `/${BUCKET}/${bytes}/${index}`);
  return {
    what: `${method} ${sizeName(bytes)}, ${streams} streams`,
    unit: 'MB/s',
    goal,
    measure: async (peer) => {
      const urls = presignedTargets(
        peer,
        paths.map((path) => ({ method, path })),
      ).map((target) => peer.endpoint + target);
      const seconds = await curlTogether(urls, streams, method === 'PUT' ? bytes : undefined);
      return (bytes * urls.length) / seconds / 1e6;
    },
  };
}

function listing(): Workload {
  const filled = new Set<S3Peer>();
  const name = (index: number) => `folder-${index % 100}/key-${String(index).padStart(8, '0')}`;
  return {
    what: `list 1,000 of ${LISTED_KEYS.toLocaleString('en')} keys`,
    unit: 'pages/s',
    goal: 2,
    measure: async (peer) => {
      if (!filled.has(peer)) {
        const keys = Array.from({ length: LISTED_KEYS }, (_, index) => `/${BUCKET}-list/${name(index)}`);
        await fill(peer, keys, 1);
        filled.add(peer);
      }
      const starts = Array.from({ length: 100 }, (_, index) => name(index * Math.floor(LISTED_KEYS / 100)));
      const queries = starts.map((start) => ({ 'list-type': '2', 'max-keys': '1000', 'start-after': start }));
      const targets = presignedTargets(
        peer,
        queries.map((query) => ({ method: 'GET', path: `/${BUCKET}-list`, query })),
      );
      return await wrkRate({ method: 'GET', url: peer.endpoint, targets, connections: 4, seconds: SECONDS });
    },
  };
}

async function fill(peer: S3Peer, paths: readonly string[], bytes: number): Promise<void> {
  const targets = presignedTargets(
    peer,
    paths.map((path) => ({ method: 'PUT', path })),
  );
  const slice = 2_000;
  for (let from = 0; from < targets.length; from += slice) {
    await curlTogether(
      targets.slice(from, from + slice).map((target) => peer.endpoint + target),
      32,
      bytes,
    );
  }
}

async function makeBucket(peer: S3Peer): Promise<void> {
  for (const path of [`/${BUCKET}`, `/${BUCKET}-list`]) {
    const [target = ''] = presignedTargets(peer, [{ method: 'PUT', path }]);
    await curlTogether([peer.endpoint + target], 1, 0);
  }
}
