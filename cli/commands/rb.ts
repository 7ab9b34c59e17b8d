import { defineCommand } from '../command/command.ts';
import { describeError } from '../command/report-error.ts';
import { listKeys, type RemoteObject } from '../remote/listing.ts';
import { formatRemotePath, objectUrlPath, parseBucketPath } from '../remote/remote-path.ts';
import { runAll } from '../transfer/index.ts';
import { PARALLEL_TRANSFERS } from './write-options.ts';

export const rb = defineCommand({
  name: 'rb',
  summary: 'remove a bucket',
  usage: 'BUCKET…',
  description: ['Only an empty bucket is removed, or, with --force, one with everything in it.'],
  options: { force: { type: 'boolean', description: 'remove everything in it first' } },
  operands: ['remote'],
  arity: [1, 100],
  examples: [
    { command: 'bramble rb photos', explanation: 'an empty bucket' },
    { command: 'bramble rb --force scratch', explanation: 'a bucket with all its objects' },
  ],
  action: async ({ values, operands, signal, output, connect }) => {
    const paths = operands.map(parseBucketPath);
    const bramble = await connect();
    for (const path of paths) {
      const { namespace, bucket } = await bramble.resolve(path);
      if (values.force) {
        const keys = async function* (): AsyncGenerator<RemoteObject> {
          for await (const page of listKeys(bramble, { namespace, bucket, prefix: '' })) yield* page;
        };
        const failed = (_item: RemoteObject, error: unknown) => output.error(describeError('rb', error, false));
        await runAll(keys(), { parallel: PARALLEL_TRANSFERS, signal, failed }, async ({ key }) => {
          const response = await bramble.send({ method: 'DELETE', path: objectUrlPath({ namespace, bucket, key }) });
          response.body.resume();
        });
      }
      await bramble.json(
        'DELETE',
        `/api/storage/buckets/${encodeURIComponent(namespace)}/${encodeURIComponent(bucket)}`,
      );
      output.report({ namespace, bucket }, `removed ${formatRemotePath(path)}`);
    }
    return undefined;
  },
});
