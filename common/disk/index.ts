export type { DirectoryEntry, Disk, DiskFile, DiskSpace } from './disk.ts';
export { nodeDisk } from './node-disk.ts';
export { SimulatedDisk, type SimulatedDiskOptions } from './simulated-disk.ts';
export type { PowerCut } from './simulated-file.ts';
