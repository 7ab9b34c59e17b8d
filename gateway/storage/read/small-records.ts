/**
 * The short way to the bytes of a small object that lies in one record: out of memory, or by a call that asks for many.
 * It takes one replica, once; whatever goes wrong, `readObject` is there to find another one.
 */
import { crc32c } from '../../../common/checksum/index.ts';
import { AppError } from '../../../common/errors/index.ts';
import { BATCHED_READ_BYTES, type Extent, type FoundObject, type Replica } from '../../../common/filesystem/index.ts';
import type { RecordReads } from '../chunks/record-reads.ts';
import type { FaultReporter } from '../master/fault-reporter.ts';
import type { NodeHealth } from '../master/node-health.ts';
import type { RecordCache } from './record-cache.ts';

/** Longer ones are not kept, and read whole only for who wants all of it. */
export const KEPT_RECORD_BYTES = 128 * 1024;

export interface SmallRecordTools {
  reads: Pick<RecordReads, 'read'>;
  cache: Pick<RecordCache, 'get' | 'set'>;
  health: NodeHealth;
  faults: Pick<FaultReporter, 'report'>;
}

export class SmallRecords {
  readonly #tools: SmallRecordTools;

  constructor(tools: SmallRecordTools) {
    this.#tools = tools;
  }

  /**
   * The object's bytes `from` (inclusive) to `to` (exclusive), out of all of it verified; undefined when this is not their
   * way. Nobody may write to them.
   */
  async read(
    { content, replicas }: Pick<FoundObject, 'content' | 'replicas'>,
    from: number,
    to: number,
  ): Promise<Buffer | undefined> {
    const [extent] = content.extents;
    if (!extent || content.extents.length > 1) return undefined;
    const isWhole = from === 0 && to === extent.length;
    const isKept = extent.length <= KEPT_RECORD_BYTES;
    if (!isKept && !(isWhole && extent.length <= BATCHED_READ_BYTES)) return undefined;
    const bytes = (isKept ? this.#tools.cache.get(extent) : undefined) ?? (await this.#fetch(extent, replicas));
    return isWhole ? bytes : bytes?.subarray(from, to);
  }

  async #fetch(extent: Extent, replicas: FoundObject['replicas']): Promise<Buffer | undefined> {
    const { cache, reads, health } = this.#tools;
    const [replica] = health.preferHealthy(replicas[extent.chunk] ?? []);
    if (!replica) return undefined;
    let bytes: Buffer;
    try {
      bytes = await reads.read(replica, extent);
    } catch (error) {
      this.#avoid(replica, extent.chunk, error);
      return undefined;
    }
    // Which replica it is that gives wrong bytes is told by who reads it anew.
    if (crc32c(bytes) !== extent.crc32c) return undefined;
    if (extent.length <= KEPT_RECORD_BYTES) cache.set(extent, bytes);
    return bytes;
  }

  /** A node that is gone or hangs is not asked a second time; what is wrong with one replica shows when it is. */
  #avoid({ node }: Replica, chunk: string, error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    if (error.status < 500 || error.code === 'checksum-mismatch') return;
    this.#tools.health.failed(node);
    this.#tools.faults.report({ chunk, node, kind: 'unreachable', detail: error.message });
  }
}
