import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import type { Bucket } from '../remote/listing.ts';
import { formatRemotePath, parseBucketPath } from '../remote/remote-path.ts';

const VISIBILITIES = ['private', 'unlisted', 'public'] as const;

export const mb = defineCommand({
  name: 'mb',
  summary: 'make a bucket',
  usage: 'BUCKET…',
  options: {
    visibility: {
      type: 'string',
      value: 'WHO',
      description: 'private (members of the namespace), unlisted (whoever knows a key) or public; default: private',
      completion: VISIBILITIES,
    },
  },
  operands: ['none'],
  arity: [1, 100],
  examples: [
    { command: 'bramble mb photos', explanation: 'in your own namespace' },
    { command: 'bramble mb club:minutes --visibility public', explanation: "in an organisation's, readable by all" },
  ],
  action: async ({ values, operands, output, connect }) => {
    const visibility = values.visibility ?? 'private';
    if (!VISIBILITIES.some((known) => known === visibility)) {
      throw new UsageError(`--visibility is ${VISIBILITIES.join(', ')}; not '${visibility}'.`);
    }
    const paths = operands.map(parseBucketPath);
    const bramble = await connect();
    for (const path of paths) {
      const { namespace, bucket: name } = await bramble.resolve(path);
      const made = await bramble.json<Bucket>('POST', '/api/storage/buckets', { namespace, name, visibility });
      output.report(made, `made ${formatRemotePath(path)}`);
    }
    return undefined;
  },
});
