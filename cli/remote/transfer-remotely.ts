/** Copies and moves within the bramble: extents are shared, no byte travels. */

import type { Invocation, OptionDefinitions } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { describeError } from '../command/report-error.ts';
import { printable } from '../terminal/table.ts';
import { nameInTarget, remoteTarget, runAll } from '../transfer/index.ts';
import { formatRemotePath, parseRemotePath } from './remote-path.ts';
import { expandSources } from './sources.ts';

const PARALLEL = 4;

export const REMOTE_TRANSFER_OPTIONS = {
  recursive: { type: 'boolean', short: 'r', description: 'everything below a folder' },
  'no-clobber': { type: 'boolean', description: 'replace nothing: exit code 5 when there is an object already' },
} as const satisfies OptionDefinitions;

export async function transferRemotely(
  kind: 'copy' | 'move',
  { values, operands, signal, output, connect }: Invocation<typeof REMOTE_TRANSFER_OPTIONS>,
): Promise<undefined> {
  const sources = operands.slice(0, -1);
  const targetPath = parseRemotePath(operands.at(-1) ?? '');
  const target = remoteTarget(targetPath.key);
  if (sources.length > 1 && !target.isFolder) {
    throw new UsageError(`Several objects need a folder to go to: ${formatRemotePath(targetPath)}/`);
  }
  const bramble = await connect();
  const place = await bramble.resolve(targetPath);
  await runAll(
    expandSources(bramble, sources, values.recursive === true),
    {
      parallel: PARALLEL,
      signal,
      isSingle: sources.length === 1 && !values.recursive,
      failed: (_item, error) => output.error(describeError(kind, error, false)),
    },
    async ({ address: from, etag, sourceName, below }) => {
      const to = { ...place, key: nameInTarget(target, sourceName, below) };
      // What was listed is what is taken: a source that has changed since is reported, not taken by chance.
      const headers = { 'if-match': `"${etag}"`, ...(values['no-clobber'] && { 'if-none-match': '*' }) };
      await bramble.json('POST', `/api/storage/${kind}`, { from, to }, headers);
      const done = kind === 'copy' ? 'copied' : 'moved';
      output.report({ from, to }, `${done} ${printable(formatRemotePath(from))} to ${printable(formatRemotePath(to))}`);
    },
  );
  return undefined;
}
