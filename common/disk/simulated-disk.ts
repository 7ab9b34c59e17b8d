/**
 * A disk in memory for tests: it can lose power, run full, fail to sync and flip bits, the same way for the same seed.
 * Names are durable only once their folder is synced (which makes the folder's own name durable too, as the journals of
 * ext4, XFS and btrfs do); a power cut keeps a prefix of the other changes of names, in their order.
 */
import { basename, dirname, normalize } from 'node:path';
import type { DirectoryEntry, Disk, DiskFile, DiskSpace } from './disk.ts';
import { type PowerCut, SimulatedFile } from './simulated-file.ts';

export interface SimulatedDiskOptions {
  /** Decides what survives a power cut. */
  seed?: number;
  capacityBytes?: number;
}

class Folder {
  readonly entries = new Map<string, Folder | SimulatedFile>();
  readonly durable = new Map<string, Folder | SimulatedFile>();
}

interface NameChange {
  folders: Folder[];
  makeDurable(): void;
}

export class SimulatedDisk implements Disk {
  readonly #chance: () => number;
  #root = new Folder();
  #names: NameChange[] = [];
  #hasPower = true;
  #capacityBytes: number;
  #failSyncCode: string | undefined;
  #operationsLeft = Number.POSITIVE_INFINITY;
  #syncsHeld: Promise<void> | undefined;
  /** Reads, writes, syncs and changes of names so far. */
  operations = 0;

  constructor(options: SimulatedDiskOptions = {}) {
    this.#chance = seededChance(options.seed ?? 1);
    this.#capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The power goes off: every operation from now on fails with EIO. Answers the disk as it is when power is back. */
  cutPower(cut: PowerCut): SimulatedDisk {
    this.#hasPower = false;
    const kept = cut === 'torn' ? Math.floor(this.#chance() * (this.#names.length + 1)) : 0;
    for (const change of this.#names.slice(0, kept)) change.makeDurable();
    const next = new SimulatedDisk({ seed: Math.floor(this.#chance() * 2 ** 32), capacityBytes: this.#capacityBytes });
    next.#root = this.#survivor(this.#root, cut);
    return next;
  }

  /** The power goes off in the middle of the operation after `count` more; see `cutPower` for what is left. */
  losePowerAfter(count: number): void {
    this.#operationsLeft = count;
  }

  /** From now on the files may hold so many bytes together; writes beyond fail with ENOSPC after what fitted. */
  set capacityBytes(bytes: number) {
    this.#capacityBytes = bytes;
  }

  /** Syncs fail with this code (`EIO`) and their data never reaches the disk; `undefined` ends it. */
  failSyncs(code: string | undefined): void {
    this.#failSyncCode = code;
  }

  /** Syncs of files wait until the answered function is called. */
  holdSyncs(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#syncsHeld = promise;
    return () => {
      this.#syncsHeld = undefined;
      resolve();
    };
  }

  /** Flips one bit (0 to 7) of the byte at `offset`, durably and unseen. */
  flipBit(path: string, offset: number, bit: number): void {
    this.#file(path).flipBit(offset, bit);
  }

  get usedBytes(): number {
    return sizeOf(this.#root);
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    await this.#operate();
    const existing = this.#find(path);
    if (existing instanceof Folder) throw failure('EISDIR', path);
    if (existing && mode === 'create') throw failure('EEXIST', path);
    if (!existing && mode === 'read') throw failure('ENOENT', path);
    const file = existing ?? this.#createFile(path);
    return this.#handle(path, file, mode !== 'read');
  }

  async exists(path: string): Promise<boolean> {
    await this.#operate();
    return this.#find(path) !== undefined;
  }

  async readFile(path: string): Promise<Buffer> {
    await this.#operate();
    return Buffer.from(this.#file(path).content);
  }

  async replaceFile(path: string, content: Uint8Array): Promise<void> {
    const temporary = `${path}.new`;
    await this.remove(temporary);
    const file = await this.open(temporary, 'create');
    await file.write([content], 0);
    await file.sync();
    await file.close();
    await this.rename(temporary, path);
    await this.syncFolder(dirname(path));
  }

  async list(folder: string): Promise<DirectoryEntry[]> {
    await this.#operate();
    return [...this.#folder(folder).entries].map(([name, node]) => ({ name, isDirectory: node instanceof Folder }));
  }

  async makeFolder(folder: string): Promise<void> {
    await this.#operate();
    let at = this.#root;
    for (const name of partsOf(folder)) {
      const next = at.entries.get(name) ?? new Folder();
      if (!(next instanceof Folder)) throw failure('ENOTDIR', folder);
      if (!at.entries.has(name)) this.#setName(at, name, next);
      at = next;
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#operate();
    const node = this.#find(from);
    if (!node) throw failure('ENOENT', from);
    const source = this.#folder(dirname(from));
    const target = this.#folder(dirname(to));
    const replaced = target.entries.get(basename(to));
    if (replaced instanceof Folder && replaced.entries.size > 0) throw failure('ENOTEMPTY', to);
    source.entries.delete(basename(from));
    target.entries.set(basename(to), node);
    this.#names.push({
      folders: [source, target],
      makeDurable: () => {
        source.durable.delete(basename(from));
        target.durable.set(basename(to), node);
      },
    });
  }

  async remove(path: string): Promise<void> {
    await this.#operate();
    if (!this.#find(path)) return;
    const folder = this.#folder(dirname(path));
    folder.entries.delete(basename(path));
    this.#names.push({ folders: [folder], makeDurable: () => folder.durable.delete(basename(path)) });
  }

  async syncFolder(path: string): Promise<void> {
    await this.#operate();
    const touched = new Set([this.#folder(path)]);
    let at = this.#root;
    for (const name of partsOf(path)) {
      const next = at.entries.get(name);
      if (!(next instanceof Folder)) throw failure('ENOENT', path);
      at.durable.set(name, next);
      at = next;
    }
    // What an operation built on becomes durable with it: backwards, so that each change brings in its folders' past.
    const chosen: NameChange[] = [];
    for (const change of this.#names.toReversed()) {
      if (!change.folders.some((folder) => touched.has(folder))) continue;
      for (const folder of change.folders) touched.add(folder);
      chosen.unshift(change);
    }
    for (const change of chosen) change.makeDurable();
    this.#names = this.#names.filter((change) => !chosen.includes(change));
  }

  async space(): Promise<DiskSpace> {
    await this.#operate();
    const totalBytes = Math.min(this.#capacityBytes, Number.MAX_SAFE_INTEGER);
    return { totalBytes, freeBytes: Math.max(0, totalBytes - this.usedBytes) };
  }

  /** Every operation passes here: it takes a turn of the event loop's microtasks and may find the power gone. */
  async #operate(): Promise<void> {
    this.operations += 1;
    await Promise.resolve();
    if (this.#operationsLeft <= 0) this.#hasPower = false;
    this.#operationsLeft -= 1;
    if (!this.#hasPower) throw failure('EIO', 'the disk has no power');
  }

  #handle(path: string, file: SimulatedFile, isWritable: boolean): DiskFile {
    let isOpen = true;
    const operate = async (writes: boolean) => {
      if (!isOpen || (writes && !isWritable)) throw failure('EBADF', path);
      await this.#operate();
    };
    const close = async () => {
      isOpen = false;
    };
    return {
      path,
      read: async (into, position) => {
        await operate(false);
        const bytes = file.content.subarray(position, position + into.byteLength);
        into.set(bytes);
        return bytes.byteLength;
      },
      write: async (pieces, position) => {
        const bytes = Buffer.concat(pieces);
        const isCut = this.#operationsLeft <= 0 && this.#hasPower;
        if (isCut) file.write(bytes, position);
        await operate(true);
        const room = Math.max(0, file.size + this.#capacityBytes - this.usedBytes - position);
        file.write(bytes.subarray(0, room), position);
        if (room < bytes.byteLength) throw failure('ENOSPC', path);
      },
      sync: async () => {
        await operate(true);
        await this.#syncsHeld;
        if (!this.#hasPower) throw failure('EIO', path);
        if (this.#failSyncCode) {
          file.failSync();
          throw failure(this.#failSyncCode, path);
        }
        file.sync();
      },
      truncate: async (length) => {
        await operate(true);
        file.truncate(length);
      },
      size: async () => {
        await operate(false);
        return file.size;
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  #createFile(path: string): SimulatedFile {
    const file = new SimulatedFile();
    this.#setName(this.#folder(dirname(path)), basename(path), file);
    return file;
  }

  #setName(folder: Folder, name: string, node: Folder | SimulatedFile): void {
    folder.entries.set(name, node);
    this.#names.push({ folders: [folder], makeDurable: () => folder.durable.set(name, node) });
  }

  #find(path: string): Folder | SimulatedFile | undefined {
    let at: Folder | SimulatedFile | undefined = this.#root;
    for (const name of partsOf(path)) at = at instanceof Folder ? at.entries.get(name) : undefined;
    return at;
  }

  #folder(path: string): Folder {
    const node = this.#find(path);
    if (!node) throw failure('ENOENT', path);
    if (!(node instanceof Folder)) throw failure('ENOTDIR', path);
    return node;
  }

  #file(path: string): SimulatedFile {
    const node = this.#find(path);
    if (!node) throw failure('ENOENT', path);
    if (node instanceof Folder) throw failure('EISDIR', path);
    return node;
  }

  #survivor(folder: Folder, cut: PowerCut): Folder {
    const survived = new Folder();
    for (const [name, node] of folder.durable) {
      const copy =
        node instanceof Folder ? this.#survivor(node, cut) : new SimulatedFile(node.afterPowerCut(cut, this.#chance));
      survived.entries.set(name, copy);
      survived.durable.set(name, copy);
    }
    return survived;
  }
}

function partsOf(path: string): string[] {
  return normalize(path).split('/').filter(Boolean);
}

function sizeOf(folder: Folder): number {
  let total = 0;
  for (const node of folder.entries.values()) total += node instanceof Folder ? sizeOf(node) : node.size;
  return total;
}

function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
