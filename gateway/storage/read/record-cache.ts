/**
 * Small records that were read lately. What lies at a place of a chunk never changes, so nothing here is ever out of
 * date: whether it is still what a name stands for is asked of the master for each request.
 */
import { crc32c } from '../../../common/checksum/index.ts';
import type { Extent } from '../../../common/filesystem/index.ts';
import { Counter, Gauge, type Registry } from '../../../common/metrics/index.ts';

/** What an entry takes besides its bytes: key, buffer and the map's own. */
const ENTRY_BYTES = 512;

export class RecordCache {
  /** In the order of last use. */
  readonly #records = new Map<string, Buffer>();
  readonly #limitBytes: number;
  readonly #hits: { inc(): void };
  readonly #misses: { inc(): void };
  #bytes = 0;

  constructor(limitBytes: number, metrics: Registry) {
    this.#limitBytes = limitBytes;
    const reads = new Counter({
      name: 'bramble_gateway_record_reads_total',
      help: 'Reads of small objects, by whether their bytes were in memory',
      labelNames: ['cache'] as const,
      registers: [metrics],
    });
    this.#hits = reads.labels('hit');
    this.#misses = reads.labels('miss');
    const bytes = () => this.#bytes;
    new Gauge({
      name: 'bramble_gateway_record_cache_bytes',
      help: 'Memory that small objects read lately take',
      registers: [metrics],
      collect() {
        this.set(bytes());
      },
    });
  }

  /** Verified anew: memory goes bad, too. Nobody may write to it. */
  get(extent: Extent): Buffer | undefined {
    const key = keyOf(extent);
    const bytes = this.#records.get(key);
    if (bytes) {
      this.#drop(key, bytes);
      if (bytes.length === extent.length && crc32c(bytes) === extent.crc32c) {
        this.#keep(key, bytes);
        this.#hits.inc();
        return bytes;
      }
    }
    this.#misses.inc();
    return undefined;
  }

  /** Keeps a copy: `bytes` may be a view of something larger. */
  set(extent: Extent, bytes: Buffer): void {
    if (bytes.length + ENTRY_BYTES > this.#limitBytes) return;
    const key = keyOf(extent);
    const known = this.#records.get(key);
    if (known) this.#drop(key, known);
    const copy = Buffer.allocUnsafeSlow(bytes.length);
    bytes.copy(copy);
    this.#keep(key, copy);
    for (const [oldest, dropped] of this.#records) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#drop(oldest, dropped);
    }
  }

  get usedBytes(): number {
    return this.#bytes;
  }

  #keep(key: string, bytes: Buffer): void {
    this.#records.set(key, bytes);
    this.#bytes += bytes.length + ENTRY_BYTES;
  }

  #drop(key: string, bytes: Buffer): void {
    this.#records.delete(key);
    this.#bytes -= bytes.length + ENTRY_BYTES;
  }
}

function keyOf({ chunk, offset }: Extent): string {
  return `${chunk}/${offset}`;
}
