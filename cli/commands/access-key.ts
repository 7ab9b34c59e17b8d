import type { Answer, Item } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { readLines } from '../terminal/prompt.ts';
import { formatTime, parseDurationMs } from '../terminal/quantity.ts';
import { printable } from '../terminal/table.ts';

const ACCESS_KEYS = '/api/account/access-keys';

const VERBS = ['read', 'write', 'delete', 'list'] as const;

const create = defineCommand({
  name: 'access-key create',
  summary: 'make an S3 access key for a namespace, or for a part of it',
  usage: 'NAME',
  description: [
    'The secret is shown once. The key is for one namespace: that of --namespace, or your own. It can do there what you ' +
      'may, and of that what --bucket, --prefix and --allow leave. With --quiet the id and the secret are printed ' +
      'alone, a line each.',
    'With --id, a key that is in use elsewhere is taken over; its secret is the first line of stdin. That is for owners ' +
      'of the namespace.',
  ],
  options: {
    bucket: { type: 'string', value: 'NAME', description: 'the only bucket it may touch' },
    prefix: { type: 'string', value: 'PREFIX', description: 'how all object keys it may touch begin' },
    allow: {
      type: 'string',
      multiple: true,
      value: 'VERBS',
      description: `what it may do: ${VERBS.join(', ')}, with commas between, or repeated (default: all)`,
      completion: VERBS,
    },
    expires: { type: 'string', value: 'DURATION', description: 'how long it holds, or never (default: never)' },
    id: { type: 'string', value: 'ID', description: 'the id of a key that is taken over (with --secret-stdin)' },
    'secret-stdin': { type: 'boolean', description: 'read its secret from the first line of stdin' },
  },
  arity: [1, 1],
  examples: [
    { command: 'bramble access-key create laptop', explanation: 'for your own namespace' },
    { command: 'bramble access-key create backup -n club --json', explanation: 'for a script, in an organisation’s' },
    {
      command: 'bramble access-key create viewer --bucket photos --prefix 2026/ --allow read,list --expires 30d',
      explanation: 'to look at one year of one bucket, for a month',
    },
    {
      command: 'printf %s "$SECRET" | bramble access-key create moved --id "$ID" --secret-stdin',
      explanation: 'for clients that have a key already',
    },
  ],
  action: async ({ values, operands, terminal, output, connect }) => {
    if ((values.id === undefined) === (values['secret-stdin'] === true)) {
      throw new UsageError('--id and --secret-stdin go together.');
    }
    const verbs = values.allow?.flatMap((list) => list.split(','));
    const unknown = verbs?.find((verb) => !VERBS.some((known) => known === verb));
    if (unknown !== undefined) throw new UsageError(`'${unknown}' is no verb; there are ${VERBS.join(', ')}.`);
    const expiresAt = endOf(values.expires ?? 'never');
    const [secretGiven] = values.id === undefined ? [] : await readLines(terminal, 1);
    const bramble = await connect();
    const made = await bramble.json<Answer<typeof ACCESS_KEYS, '$post'>>('POST', ACCESS_KEYS, {
      name: operands[0],
      namespace: await bramble.namespace(),
      ...(values.bucket !== undefined && { bucket: values.bucket }),
      ...(values.prefix !== undefined && { prefix: values.prefix }),
      ...(verbs && { verbs }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(values.id !== undefined && { id: values.id, secret: secretGiven }),
    });
    const { id, secret } = made;
    output.result(made, output.quiet ? `${id}\n${secret}` : `access key  ${id}\nsecret      ${secret}`);
    const ends = made.expiresAt === null ? '' : ` It ends on ${formatTime(made.expiresAt)}.`;
    output.note(`For ${made.namespace}. The secret is shown only now.${ends}`);
    return undefined;
  },
});

function endOf(expires: string): string | undefined {
  return expires === 'never' ? undefined : new Date(Date.now() + parseDurationMs(expires)).toISOString();
}

const list = defineCommand({
  name: 'access-key ls',
  summary: 'list your access keys',
  usage: '',
  examples: [{ command: 'bramble access-key ls', explanation: 'names, and what each may; never secrets' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    output.table(
      [
        { heading: 'ID', cell: ({ id }) => id },
        { heading: 'NAME', cell: ({ name }) => printable(name) },
        { heading: 'NAMESPACE', cell: ({ namespace }) => namespace },
        { heading: 'ONLY', cell: ({ bucket, prefix }) => printable(`${bucket ?? '*'}/${prefix ?? ''}*`) },
        { heading: 'ALLOWED', cell: ({ verbs }) => verbs.join(' ') },
        { heading: 'CREATED', cell: ({ createdAt }) => formatTime(createdAt) },
        { heading: 'ENDS', cell: ({ expiresAt }) => (expiresAt === null ? 'never' : formatTime(expiresAt)) },
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
