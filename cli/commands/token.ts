import type { Answer, Item } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { formatTime, parseDurationMs } from '../terminal/quantity.ts';
import { printable } from '../terminal/table.ts';

const SCOPES = ['storage:read', 'storage:write', 'account:read', 'account:write', '*'] as const;
const TOKENS = '/api/account/tokens';

const create = defineCommand({
  name: 'token create',
  summary: 'make a token for a script',
  usage: 'NAME',
  description: [
    'The token is printed once, alone on standard output. A script sends it in BRAMBLE_TOKEN, or as ' +
      '“Authorization: Bearer”. It can do at most what you may, and of that what its scopes and --only-namespace leave.',
  ],
  options: {
    scope: {
      type: 'string',
      short: 's',
      multiple: true,
      value: 'SCOPE',
      description: `what it is good for: ${SCOPES.join(', ')}; may be repeated (default: storage:read)`,
      completion: SCOPES,
    },
    'only-namespace': { type: 'string', value: 'NAME', description: 'the only namespace it may touch' },
    expires: { type: 'string', value: 'DURATION', description: 'how long it holds, or never (default: 90d)' },
  },
  arity: [1, 1],
  examples: [
    { command: 'bramble token create backup --scope storage:write --expires 365d', explanation: 'for a nightly job' },
    { command: 'export BRAMBLE_TOKEN=$(bramble token create ci)', explanation: 'for a script, to read' },
  ],
  action: async ({ values, operands, output, connect }) => {
    const scopes = values.scope ?? ['storage:read'];
    const unknown = scopes.find((scope) => !SCOPES.some((known) => known === scope));
    if (unknown !== undefined) throw new UsageError(`'${unknown}' is not a scope; there are ${SCOPES.join(', ')}.`);
    const expires = values.expires ?? '90d';
    const bramble = await connect();
    const made = await bramble.json<Answer<typeof TOKENS, '$post'>>('POST', TOKENS, {
      name: operands[0],
      scopes,
      ...(values['only-namespace'] !== undefined && { namespace: values['only-namespace'] }),
      ...(expires !== 'never' && { expiresAt: new Date(Date.now() + parseDurationMs(expires)).toISOString() }),
    });
    output.result(made, made.token);
    output.note(
      `It is shown only now. It ends ${made.expiresAt === null ? 'never' : `on ${formatTime(made.expiresAt)}`}.`,
    );
    return undefined;
  },
});

const list = defineCommand({
  name: 'token ls',
  summary: 'list your tokens',
  usage: '',
  examples: [{ command: 'bramble token ls', explanation: 'names, scopes and ends' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    output.table(
      [
        { heading: 'ID', cell: ({ id }) => id },
        { heading: 'NAME', cell: ({ name }) => printable(name) },
        { heading: 'SCOPES', cell: ({ scopes }) => scopes.join(' ') },
        { heading: 'NAMESPACE', cell: ({ namespace }) => namespace ?? 'all' },
        { heading: 'ENDS', cell: ({ expiresAt }) => (expiresAt === null ? 'never' : formatTime(expiresAt)) },
      ],
      await Array.fromAsync(bramble.list<Item<typeof TOKENS>>(TOKENS)),
    );
    return undefined;
  },
});

const remove = defineCommand({
  name: 'token rm',
  summary: 'end tokens',
  usage: 'ID…',
  arity: [1, 100],
  examples: [{ command: 'bramble token rm token_0199…', explanation: 'it is refused from now on' }],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    for (const id of operands) {
      await bramble.json('DELETE', `${TOKENS}/${encodeURIComponent(id)}`);
      output.report({ id, removed: true }, `ended ${id}`);
    }
    return undefined;
  },
});

export const token = defineCommand({
  name: 'token',
  summary: 'tokens for scripts: create, list, end',
  usage: 'create | ls | rm',
  examples: [],
  subcommands: [create, list, remove],
});
