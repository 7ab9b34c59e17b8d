/**
 * Snapshots of the views: `<folder>/<view>-<height>/` with what the view wrote and a manifest. A snapshot is there whole
 * or not at all: it is written under a temporary name, synced, and renamed.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { crc32c } from '../../common/checksum/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import type { View } from './command-log.ts';
import { LogCorrupt } from './log-corrupt.ts';

const MANIFEST = 'manifest.json';
const CONTENT = 'content';
const TEMPORARY = '.new';
const PIECE_BYTES = 2 ** 20;

const manifestSchema = z.object({
  view: z.string(),
  /** All entries up to this one are in the snapshot. */
  height: z.int().nonnegative(),
  /** The last of them that had commands of this view. */
  viewHeight: z.int().nonnegative(),
  /** Of the entry at `height`, in hexadecimal. */
  hash: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.int().nonnegative(), crc32c: z.int() })),
});

export interface Snapshot extends z.infer<typeof manifestSchema> {
  folder: string;
}

/** Writes a snapshot of the view, which must stand still meanwhile. */
export async function writeSnapshot(
  disk: Disk,
  root: string,
  view: View,
  at: { height: number; hash: Uint8Array },
): Promise<Snapshot> {
  const folder = join(root, `${view.name}-${at.height}`);
  const temporary = folder + TEMPORARY;
  await disk.makeFolder(root);
  if (await disk.exists(folder)) return { ...(await readManifest(disk, join(folder, MANIFEST))), folder };
  await disk.remove(temporary);
  await disk.makeFolder(join(temporary, CONTENT));
  const viewHeight = view.appliedHeight();
  await view.snapshot(join(temporary, CONTENT));
  const files = await syncAll(disk, join(temporary, CONTENT), '');
  const hash = Buffer.from(at.hash).toString('hex');
  const manifest = { view: view.name, height: at.height, viewHeight, hash, files };
  await disk.replaceFile(join(temporary, MANIFEST), Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
  await disk.rename(temporary, folder);
  await disk.syncFolder(root);
  return { ...manifest, folder };
}

/** The whole snapshots there are, newest first. */
export async function listSnapshots(disk: Disk, root: string): Promise<Snapshot[]> {
  if (!(await disk.exists(root))) return [];
  const found: Snapshot[] = [];
  for (const { name, isDirectory } of await disk.list(root)) {
    if (!isDirectory || name.endsWith(TEMPORARY)) continue;
    found.push({ ...(await readManifest(disk, join(root, name, MANIFEST))), folder: join(root, name) });
  }
  return found.sort((a, b) => b.height - a.height);
}

/** Replaces the view by the snapshot. @throws LogCorrupt when the snapshot is not as it was written. */
export async function restoreSnapshot(disk: Disk, view: View, snapshot: Snapshot): Promise<void> {
  const content = join(snapshot.folder, CONTENT);
  for (const file of snapshot.files) {
    const path = join(content, file.path);
    if (!(await disk.exists(path))) throw new LogCorrupt(path, 0, 'the file is missing from its snapshot');
    const { bytes, crc } = await checksumOf(disk, path);
    if (bytes !== file.bytes || crc !== file.crc32c) {
      throw new LogCorrupt(path, 0, 'the file is not what the manifest of its snapshot says');
    }
  }
  await view.restore(content);
  if (view.appliedHeight() !== snapshot.viewHeight) {
    const stands = `restored from it, the ${view.name} view is at entry ${view.appliedHeight()}, not ${snapshot.viewHeight}`;
    throw new LogCorrupt(content, 0, stands);
  }
}

/** Removes all but the newest `keep` snapshots of the view. */
export async function pruneSnapshots(disk: Disk, root: string, view: string, keep: number): Promise<void> {
  const own = (await listSnapshots(disk, root)).filter((snapshot) => snapshot.view === view);
  const leftovers = (await disk.list(root)).filter(
    ({ name }) => name.startsWith(`${view}-`) && name.endsWith(TEMPORARY),
  );
  for (const { name } of leftovers) await disk.remove(join(root, name));
  for (const { folder } of own.slice(keep)) {
    // Removing a folder is not one step; under its temporary name nobody takes what is left of it for a snapshot.
    await disk.rename(folder, folder + TEMPORARY);
    await disk.syncFolder(root);
    await disk.remove(folder + TEMPORARY);
  }
}

async function readManifest(disk: Disk, path: string): Promise<z.infer<typeof manifestSchema>> {
  if (!(await disk.exists(path))) throw new LogCorrupt(path, 0, 'the snapshot has no manifest');
  const content = await disk.readFile(path);
  try {
    return manifestSchema.parse(JSON.parse(content.toString('utf8')));
  } catch (error) {
    throw new LogCorrupt(path, 0, 'it is not the manifest of a snapshot', error);
  }
}

async function syncAll(disk: Disk, root: string, below: string): Promise<Snapshot['files']> {
  const files: Snapshot['files'] = [];
  for (const { name, isDirectory } of await disk.list(join(root, below))) {
    const path = join(below, name);
    if (isDirectory) {
      files.push(...(await syncAll(disk, root, path)));
      continue;
    }
    await using file = await disk.open(join(root, path), 'write');
    await file.sync();
    const { bytes, crc } = await checksumOf(disk, join(root, path));
    files.push({ path, bytes, crc32c: crc });
  }
  await disk.syncFolder(join(root, below));
  return files;
}

async function checksumOf(disk: Disk, path: string): Promise<{ bytes: number; crc: number }> {
  await using file = await disk.open(path, 'read');
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let bytes = 0;
  let crc = 0;
  for (;;) {
    const read = await file.read(piece, bytes);
    if (read === 0) return { bytes, crc };
    crc = crc32c(piece.subarray(0, read), crc);
    bytes += read;
  }
}
