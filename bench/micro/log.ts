/**
 * Durable appends to the command log by 1, 32 and 64 clients that each wait for their answer, beside what the disk gives
 * to one record after the other, each with its fdatasync, through the same Disk. `node bench/micro/log.ts` runs it alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../common/clock/index.ts';
import { nodeDisk } from '../../common/disk/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { Registry } from '../../common/metrics/index.ts';
import { type Command, openLocalLog, SYSTEM, type View } from '../../control/log/index.ts';
import { type Benchmark, figure, formatRow, type Row } from '../measurement.ts';

const CLIENTS = [1, 32, 64];
const ROUNDS = 3;
const ROUND_MS = 1_500;
/** What a commit of one small object has in its `data`, about 250 bytes of CBOR. */
const DATA = {
  namespace: 'people',
  bucket: 'photos',
  key: 'holiday/2026/IMG_0001.jpg',
  size: 4096,
  etag: '9e107d9d372bb6826bd81d3542a419d6',
  extents: [{ chunk: '019a0000-0000-7000-8000-000000000001', offset: 123_456, length: 4096, crc32c: 305_419_896 }],
};

export const benchmark: Benchmark = {
  name: 'log',
  summary: 'durable appends to the command log, beside one fdatasync each',
  run,
};

export async function run(): Promise<Row[]> {
  const folder = await mkdtemp(join(process.cwd(), '.bench-log-'));
  try {
    const appending: number[] = [];
    const inside: number[] = [];
    const ours = new Map(CLIENTS.map((clients) => [clients, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      appending.push(await syncRate(join(folder, `append-${round}`), 0));
      inside.push(await syncRate(join(folder, `inside-${round}`), 32 * 2 ** 20));
      for (const [clients, rates] of ours)
        rates.push(await appendRate(join(folder, `log-${round}-${clients}`), clients));
    }
    const peer = { name: 'write and fdatasync, one at a time', figure: figure(appending) };
    const rows: Row[] = [...ours].map(([clients, rates]) => ({
      what: `durable appends, ${clients} clients`,
      unit: '/s',
      ours: figure(rates),
      peer,
      ...(clients > 1 && { goal: 5 }),
    }));
    return [...rows, { what: 'fdatasync inside a pre-written file', unit: '/s', ours: figure(inside), peer }];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Records of a commit's size per second, each with its fdatasync, into a file of so many zeros. */
async function syncRate(path: string, prewrittenBytes: number): Promise<number> {
  await using file = await nodeDisk.open(path, 'create');
  if (prewrittenBytes > 0) await file.write([Buffer.alloc(prewrittenBytes)], 0);
  await file.sync();
  const record = Buffer.alloc(400, 0xa5);
  const started = performance.now();
  let count = 0;
  for (; performance.now() - started < ROUND_MS; count++) {
    await file.write([record], count * record.byteLength);
    await file.sync();
  }
  return count / ((performance.now() - started) / 1000);
}

async function appendRate(folder: string, clients: number): Promise<number> {
  await using log = await openLocalLog({
    disk: nodeDisk,
    clock: systemClock,
    folder,
    views: [viewThatCounts()],
    logger: createLogger({ process: 'bench', level: 'silent' }),
    metrics: new Registry(),
  });
  const started = performance.now();
  let count = 0;
  const client = async (name: number) => {
    for (let n = 0; performance.now() - started < ROUND_MS; n++) {
      const command: Command = {
        type: 'bench.do',
        at: Date.now(),
        actor: SYSTEM,
        requestId: `${name}-${n}`,
        data: DATA,
      };
      await log.append(command);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, name) => client(name)));
  return count / ((performance.now() - started) / 1000);
}

/** A view that costs nothing, so that the log alone is measured. */
function viewThatCounts(): View {
  let height = 0;
  return {
    name: 'bench',
    handles: () => true,
    appliedHeight: () => height,
    apply: async (at, commands) => {
      height = at;
      return commands.map(() => ({ ok: true, value: undefined }));
    },
    snapshot: async () => undefined,
    restore: async () => undefined,
  };
}

if (import.meta.main) {
  for (const row of await run()) process.stdout.write(`${formatRow(row).join('  ')}\n`);
}
