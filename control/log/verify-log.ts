import type { Disk } from '../../common/disk/index.ts';
import { scanChain } from './chain-scan.ts';
import type { Entry } from './command-log.ts';
import { decodeEntry } from './entry-codec.ts';
import { LogCorrupt } from './log-corrupt.ts';

export interface LogVerification {
  ok: boolean;
  /** Entries that were checked and are right. */
  entries: number;
  /** The last of them. */
  head: { height: number; time: number; hash: string };
  /** What is wrong, and where. */
  problem?: { file: string; offset: number; detail: string };
  /** Bytes of an entry that was being written when the power went; the next start cuts them. */
  tornBytes?: number;
}

export interface VerifyLogOptions {
  disk: Disk;
  folder: string;
  /** Stops behind this height; for a log that is in use. */
  upTo?: number;
  /** Entries up to this height must be there. */
  durableHeight?: number;
  onEntry?: (entry: Entry) => void | Promise<void>;
}

/** Walks the whole chain from the disk: every checksum, every height, every hash. */
export async function verifyLog(options: VerifyLogOptions): Promise<LogVerification> {
  const { onEntry, ...scan } = options;
  let entries = 0;
  let head = { height: 0, time: 0, hash: '' };
  try {
    const { tornTail } = await scanChain({
      ...scan,
      onEntry: async ({ height, time, hash }, payload) => {
        entries += 1;
        head = { height, time, hash: Buffer.from(hash).toString('hex') };
        await onEntry?.(decodeEntry(payload));
      },
    });
    return { ok: true, entries, head, ...(tornTail && { tornBytes: tornTail.bytes }) };
  } catch (error) {
    if (!(error instanceof LogCorrupt)) throw error;
    const { file, offset, message } = error;
    return { ok: false, entries, head, problem: { file, offset, detail: message } };
  }
}
