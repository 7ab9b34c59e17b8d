export type { DirectoryEntry, Disk, DiskFile, DiskSpace } from './disk.ts';
export { nodeDisk } from './node-disk.ts';
