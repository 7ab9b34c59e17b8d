/** All records of the view in one file, for snapshots: `u16 key length, u32 value length, key, value`, in order of keys. */
import { join } from 'node:path';
import type { Disk } from '../../../common/disk/index.ts';
import type { Environment } from './environment.ts';
import { HEIGHT_KEY } from './keys.ts';

const DUMP_FILE = 'filesystem.dump';
const HEAD_BYTES = 6;
const WRITE_BYTES = 1 << 20;
const LOAD_RECORDS = 10_000;

export async function dumpEnvironment(environment: Environment, disk: Disk, folder: string): Promise<void> {
  await disk.makeFolder(folder);
  await using file = await disk.open(join(folder, DUMP_FILE), 'create');
  let position = 0;
  let pieces: Buffer[] = [];
  let size = 0;
  const flush = async () => {
    await file.write(pieces, position);
    position += size;
    pieces = [];
    size = 0;
  };
  for (const { key, value } of environment.getRange({})) {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt16LE(key.length, 0);
    head.writeUInt32LE(value.length, 2);
    pieces.push(head, Buffer.from(key), Buffer.from(value));
    size += HEAD_BYTES + key.length + value.length;
    if (size >= WRITE_BYTES) await flush();
  }
  await flush();
  await file.sync();
  await disk.syncFolder(folder);
}

/** Replaces everything. The height comes last: a load that was cut off leaves height 0, and is begun anew at the next start. */
export async function loadEnvironment(environment: Environment, disk: Disk, folder: string): Promise<void> {
  clearEnvironment(environment);
  let height: Buffer | undefined;
  let batch: [Buffer, Buffer][] = [];
  const store = () => {
    environment.transactionSync(() => {
      for (const [key, value] of batch) void environment.put(key, value);
    });
    batch = [];
  };
  for await (const [key, value] of readDump(disk, join(folder, DUMP_FILE))) {
    if (key.equals(HEIGHT_KEY)) height = value;
    else batch.push([key, value]);
    if (batch.length >= LOAD_RECORDS) store();
  }
  store();
  if (height) environment.putSync(HEIGHT_KEY, height);
}

export function clearEnvironment(environment: Environment): void {
  environment.clearSync();
}

async function* readDump(disk: Disk, path: string): AsyncGenerator<[Buffer, Buffer]> {
  await using file = await disk.open(path, 'read');
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  for (;;) {
    const block = Buffer.alloc(WRITE_BYTES);
    const read = await file.read(block, position);
    position += read;
    rest = Buffer.concat([rest, block.subarray(0, read)]);
    let at = 0;
    while (rest.length - at >= HEAD_BYTES) {
      const keyEnd = at + HEAD_BYTES + rest.readUInt16LE(at);
      const end = keyEnd + rest.readUInt32LE(at + 2);
      if (end > rest.length) break;
      yield [rest.subarray(at + HEAD_BYTES, keyEnd), rest.subarray(keyEnd, end)];
      at = end;
    }
    rest = rest.subarray(at);
    if (read < block.length) break;
  }
  if (rest.length > 0) throw new Error(`${path} ends in the middle of a record.`);
}
