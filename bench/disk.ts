/** The disk's own rates, as the peer of what writes to it. */

import { spawn } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** MB/s (10^6) of payload that `streams` parallel `dd conv=fdatasync` reach, each writing `bytes`. */
export async function sequentialRate(folder: string, streams: number, bytes: number): Promise<number> {
  const files = Array.from({ length: streams }, (_, index) => join(folder, `dd-${index}`));
  const started = performance.now();
  await Promise.all(files.map((file) => dd(file, bytes)));
  const seconds = (performance.now() - started) / 1000;
  for (const file of files) unlinkSync(file);
  return bytes / seconds / 1e6;
}

/** Appends of `size` bytes per second, each followed by fdatasync, one after the other. */
export function durableAppendRate(folder: string, size: number, milliseconds: number): number {
  const file = join(folder, 'fdatasync-probe');
  const descriptor = openSync(file, 'wx');
  const bytes = Buffer.alloc(size, 0xa5);
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < milliseconds) {
    writeSync(descriptor, bytes);
    fdatasyncSync(descriptor);
    count += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  closeSync(descriptor);
  unlinkSync(file);
  return count / seconds;
}

async function dd(file: string, bytes: number): Promise<void> {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  const args = ['if=/dev/zero', `of=${file}`, 'bs=1M', `count=${mebibytes}`, 'conv=fdatasync', 'status=none'];
  const child = spawn('dd', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`dd ended with ${code}.`))));
  });
}
