import type { Answer, Item } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { formatTime } from '../terminal/quantity.ts';
import { printable } from '../terminal/table.ts';

const ACCESS_KEYS = '/api/account/access-keys';

const create = defineCommand({
  name: 'access-key create',
  summary: 'make an S3 access key for a namespace',
  usage: 'NAME',
  description: [
    'The secret is shown once. The key reads and writes in one namespace: that of --namespace, or your own. With --quiet ' +
      'the id and the secret are printed alone, a line each.',
  ],
  arity: [1, 1],
  examples: [
    { command: 'bramble access-key create laptop', explanation: 'for your own namespace' },
    { command: 'bramble access-key create backup -n club --json', explanation: 'for a script, in an organisation’s' },
  ],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    const made = await bramble.json<Answer<typeof ACCESS_KEYS, '$post'>>('POST', ACCESS_KEYS, {
      name: operands[0],
      namespace: await bramble.namespace(),
    });
    const { id, secret } = made;
    output.result(made, output.quiet ? `${id}\n${secret}` : `access key  ${id}\nsecret      ${secret}`);
    output.note(`For ${made.namespace}. The secret is shown only now.`);
    return undefined;
  },
});

const list = defineCommand({
  name: 'access-key ls',
  summary: 'list your access keys',
  usage: '',
  examples: [{ command: 'bramble access-key ls', explanation: 'names and namespaces; never secrets' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    output.table(
      [
        { heading: 'ID', cell: ({ id }) => id },
        { heading: 'NAME', cell: ({ name }) => printable(name) },
        { heading: 'NAMESPACE', cell: ({ namespace }) => namespace },
        { heading: 'CREATED', cell: ({ createdAt }) => formatTime(createdAt) },
      ],
      await Array.fromAsync(bramble.list<Item<typeof ACCESS_KEYS>>(ACCESS_KEYS)),
    );
    return undefined;
  },
});

const remove = defineCommand({
  name: 'access-key rm',
  summary: 'end access keys',
  usage: 'ID…',
  arity: [1, 100],
  examples: [{ command: 'bramble access-key rm AK0199…', explanation: 'it is refused from now on' }],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    for (const id of operands) {
      await bramble.json('DELETE', `${ACCESS_KEYS}/${encodeURIComponent(id)}`);
      output.report({ id, removed: true }, `ended ${printable(id)}`);
    }
    return undefined;
  },
});

export const accessKey = defineCommand({
  name: 'access-key',
  summary: 'S3 access keys: create, list, end',
  usage: 'create | ls | rm',
  examples: [],
  subcommands: [create, list, remove],
});
