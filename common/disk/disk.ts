/**
 * Durable storage, given in so that tests and the simulator can lose power, run full and flip bits. Paths are absolute.
 * Errors are Node's own (`code` is `ENOENT`, `ENOSPC`, `EROFS`, `EIO`, …).
 */
export interface DiskFile extends AsyncDisposable {
  readonly path: string;
  /** Reads into `into` from `position`; answers the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `pieces`, one behind the other, from `position`. The pieces must not change until it resolves. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>;
  /** Returns once the data written so far would survive a power cut (fdatasync). */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

export interface DiskSpace {
  totalBytes: number;
  freeBytes: number;
}

export interface DirectoryEntry {
  name: string;
  isDirectory: boolean;
}

export interface Disk {
  /** `read`: must exist. `write`: read and write, made when missing. `create`: read and write, must not exist. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile>;
  exists(path: string): Promise<boolean>;
  readFile(path: string): Promise<Buffer>;
  /** Replaces the file atomically and durably: temporary file, sync, rename, sync of the folder. */
  replaceFile(path: string, content: Uint8Array, options?: { mode?: number }): Promise<void>;
  list(folder: string): Promise<DirectoryEntry[]>;
  makeFolder(folder: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole folder; fine when there is none. */
  remove(path: string): Promise<void>;
  /** Makes names created, renamed and removed in the folder durable. */
  syncFolder(folder: string): Promise<void>;
  space(folder: string): Promise<DiskSpace>;
}
