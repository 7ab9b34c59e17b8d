/**
 * Whether the disk takes writes, learned from its free space and from the errors of writes. It recovers by itself: when
 * space is back, or when a probe can be written and synced again.
 */
import { join } from 'node:path';
import type { Disk, DiskSpace } from '../../common/disk/index.ts';
import { type AppError, InsufficientStorage, Unavailable } from '../../common/errors/index.ts';
import type { HeartbeatRequest } from '../../common/filesystem/index.ts';

export type Condition = HeartbeatRequest['condition'];

const PROBE_FILE = 'probe';

export class DiskCondition {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #reserveBytes: number;
  readonly #onChange: (condition: Condition, detail: string) => void;
  #condition: Condition = 'writable';
  #detail = '';
  #space: DiskSpace = { totalBytes: 0, freeBytes: 0 };

  constructor(options: {
    disk: Disk;
    /** Where a probe may be written. */
    folder: string;
    /** Free space below which the disk counts as full. */
    reserveBytes: number;
    onChange: (condition: Condition, detail: string) => void;
  }) {
    this.#disk = options.disk;
    this.#folder = options.folder;
    this.#reserveBytes = options.reserveBytes;
    this.#onChange = options.onChange;
  }

  get condition(): Condition {
    return this.#condition;
  }

  get detail(): string {
    return this.#detail;
  }

  get space(): DiskSpace {
    return this.#space;
  }

  /** Why a new write would be refused now, if it would. */
  get refusal(): AppError | undefined {
    if (this.#condition === 'writable') return undefined;
    const detail = `This chunkserver takes no writes: ${this.#detail}`;
    return this.#condition === 'full'
      ? new InsufficientStorage(detail)
      : new Unavailable(detail, { code: `disk-${this.#condition}` });
  }

  /** A write or sync failed with this. Errors that say nothing about the disk change nothing. */
  observe(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') this.#set('full', 'the disk has no room left.');
    if (code === 'EROFS') this.#set('read-only', 'the disk is mounted read-only.');
    if (code === 'EIO') this.#set('failing', `the disk failed: ${message}.`);
  }

  /** Looks again at the space, and whether what was wrong is still wrong. */
  async refresh(): Promise<void> {
    try {
      this.#space = await this.#disk.space(this.#folder);
    } catch (error) {
      this.observe(error);
      return;
    }
    if (this.#condition === 'read-only' || this.#condition === 'failing') {
      if (!(await this.#probe())) return;
    }
    const { freeBytes } = this.#space;
    if (freeBytes >= this.#reserveBytes && freeBytes > 0) this.#set('writable', '');
    else this.#set('full', `${freeBytes} bytes are free, ${this.#reserveBytes} are kept in reserve.`);
  }

  async #probe(): Promise<boolean> {
    try {
      await this.#disk.replaceFile(join(this.#folder, PROBE_FILE), Buffer.from('bramble'));
      await this.#disk.remove(join(this.#folder, PROBE_FILE));
      return true;
    } catch (error) {
      this.observe(error);
      return (error as NodeJS.ErrnoException).code === 'ENOSPC';
    }
  }

  #set(condition: Condition, detail: string): void {
    const changed = condition !== this.#condition;
    this.#condition = condition;
    this.#detail = detail;
    if (changed) this.#onChange(condition, detail);
  }
}
