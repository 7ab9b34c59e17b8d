import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { describeError } from '../command/report-error.ts';
import { formatRemotePath, objectUrlPath } from '../remote/remote-path.ts';
import { expandSources } from '../remote/sources.ts';
import { printable } from '../terminal/table.ts';
import { runAll } from '../transfer/index.ts';
import { PARALLEL_TRANSFERS, preconditionHeaders } from './write-options.ts';

export const rm = defineCommand({
  name: 'rm',
  summary: 'remove objects and folders',
  usage: 'REMOTE…',
  description: ['With --json every removed object is a line with namespace, bucket and key.'],
  options: {
    recursive: { type: 'boolean', short: 'r', description: 'everything below a folder, or in a bucket' },
    'dry-run': { type: 'boolean', description: 'only show what would be removed' },
    'if-match': {
      type: 'string',
      value: 'ETAG',
      description: 'remove only the version with this ETag: exit code 5 when it has changed',
    },
  },
  operands: ['remote'],
  arity: [1, Number.POSITIVE_INFINITY],
  examples: [
    { command: 'bramble rm photos/cat.jpg', explanation: 'one object' },
    { command: 'bramble rm -r --dry-run photos/2019/', explanation: 'what would go with a folder' },
  ],
  action: async ({ values, operands, signal, output, connect }) => {
    if (values['if-match'] !== undefined && (operands.length > 1 || values.recursive)) {
      throw new UsageError('--if-match is about one object.');
    }
    const bramble = await connect();
    const headers = preconditionHeaders({
      ...(values['if-match'] !== undefined && { 'if-match': values['if-match'] }),
    });
    await runAll(
      expandSources(bramble, operands, values.recursive === true),
      {
        parallel: PARALLEL_TRANSFERS,
        signal,
        isSingle: operands.length === 1 && !values.recursive,
        failed: (_item, error) => output.error(describeError('rm', error, false)),
      },
      async ({ address }) => {
        if (!values['dry-run']) {
          (await bramble.send({ method: 'DELETE', path: objectUrlPath(address), headers })).body.resume();
        }
        output.report(
          address,
          `${values['dry-run'] ? 'would remove' : 'removed'} ${printable(formatRemotePath(address))}`,
        );
      },
    );
    return undefined;
  },
});
