import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Conflict } from '../../common/errors/index.ts';
import type { Connection } from '../client/index.ts';
import { defineCommand, type Invocation, type OptionDefinitions } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { describeError } from '../command/report-error.ts';
import { parseObjectPath } from '../remote/remote-path.ts';
import { expandSources, type RemoteItem } from '../remote/sources.ts';
import { formatSize } from '../terminal/quantity.ts';
import { printable } from '../terminal/table.ts';
import { downloadFile, downloadStream, nameInTarget, runAll, safeLocalPath } from '../transfer/index.ts';
import type { TransferTarget } from '../transfer/target-name.ts';
import { PARALLEL_TRANSFERS } from './write-options.ts';

const options = {
  recursive: { type: 'boolean', short: 'r', description: 'everything below a remote folder' },
  'no-clobber': { type: 'boolean', description: 'replace no file: exit code 5 when there is one already' },
  verify: { type: 'boolean', description: 'read the object a second time and compare SHA-256 with the file' },
} as const satisfies OptionDefinitions;

type GetInvocation = Invocation<typeof options>;

export const get = defineCommand({
  name: 'get',
  summary: 'download objects and folders',
  usage: 'REMOTE… [LOCAL]',
  description: [
    'The last of several paths is the local one; a single path is downloaded into the working folder. An existing ' +
      'folder, or a local path that ends in a slash, is a folder to put into; otherwise it is the new name itself, as with cp. ' +
      '“bucket/folder/.” means what is in the folder. “-” is standard output.',
    'Bytes go to NAME.part first; after Ctrl-C or a broken connection the same command goes on where it was, unless the ' +
      'object has changed. Files get the object’s time. Four come at a time.',
    'With --json every file is a line with namespace, bucket, key, path, size and etag.',
  ],
  options,
  operands: ['remote', 'local'],
  arity: [1, Number.POSITIVE_INFINITY],
  examples: [
    { command: 'bramble get photos/cat.jpg', explanation: 'into the working folder' },
    { command: 'bramble get photos/cat.jpg photos/tom.jpg pictures/', explanation: 'several, into a folder' },
    { command: 'bramble get -r photos/2026/ .', explanation: 'a folder, as ./2026/…' },
    { command: 'bramble get backups/shop.sql - | psql shop', explanation: 'into another program' },
  ],
  action: async (invocation) => {
    const { operands, connect, values, terminal, output } = invocation;
    const local = operands.length === 1 ? '.' : (operands.at(-1) ?? '.');
    const sources = operands.length === 1 ? operands : operands.slice(0, -1);
    if (local === '-') {
      if (sources.length > 1 || values.recursive) throw new UsageError('Only one object goes to standard output.');
      const path = parseObjectPath(sources[0] ?? '');
      const bramble = await connect();
      await downloadStream(bramble, await bramble.resolve(path), terminal.stdout);
      return undefined;
    }
    const target = await localTarget(local);
    if (sources.length > 1 && !target.isFolder)
      throw new UsageError(`Several objects need a folder to go to: ${local}/`);
    const bramble = await connect();
    const isSingle = sources.length === 1 && !values.recursive;
    await runAll(
      expandSources(bramble, sources, values.recursive === true),
      {
        parallel: PARALLEL_TRANSFERS,
        signal: terminal.signal,
        isSingle,
        found: (item) => output.progress?.expect(item.size),
        failed: (_item, error) => output.error(describeError('get', error, false)),
      },
      (item) => getOne(bramble, invocation, item, target),
    );
    return undefined;
  },
});

async function getOne(
  bramble: Connection,
  { values, output }: GetInvocation,
  item: RemoteItem,
  target: TransferTarget,
): Promise<void> {
  const { address } = item;
  const below = item.below === undefined ? undefined : safeLocalPath(item.below);
  const name = item.sourceName === '.' && below !== undefined ? '.' : safeLocalPath(item.sourceName);
  const path = nameInTarget(target, name, below);
  const { progress } = output;
  if (values['no-clobber'] && (await isThere(path))) throw new Conflict(`${path} is there already.`);
  progress?.begin(address.key);
  try {
    const { size, etag } = await downloadFile(bramble, address, path, {
      progress,
      verify: values.verify === true,
      resumed: (bytes) => output.note(`going on with ${printable(path)} after ${formatSize(bytes)}`),
    });
    output.report({ ...address, path: resolve(path), size, etag }, `${printable(path)}  ${formatSize(size)}`);
  } finally {
    progress?.end(address.key);
  }
}

/** `.` and existing folders are folders to put into, and so is what ends in a slash. */
async function localTarget(local: string): Promise<TransferTarget> {
  const isFolder = local.endsWith('/') || (await isFolderThere(local));
  return { name: isFolder ? join(local, '/').replace(/^\.\/$/, '') : local, isFolder };
}

async function isFolderThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
