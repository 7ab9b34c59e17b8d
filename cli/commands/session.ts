import type { Item } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { formatTime } from '../terminal/quantity.ts';
import { printable } from '../terminal/table.ts';

const SESSIONS = '/api/account/sessions';
type Session = Item<typeof SESSIONS>;

const list = defineCommand({
  name: 'session ls',
  summary: 'list your logins',
  usage: '',
  description: ['The one this command goes by is marked.'],
  examples: [{ command: 'bramble session ls', explanation: 'where you are logged in, and since when' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    output.table(
      [
        { heading: 'ID', cell: ({ id }) => id },
        { heading: 'FROM', cell: ({ address }) => address ?? '-' },
        { heading: 'PROGRAM', cell: ({ userAgent }) => printable(userAgent ?? '-') },
        { heading: 'SINCE', cell: ({ createdAt }) => formatTime(createdAt) },
        { heading: 'LAST USED', cell: ({ usedAt }) => formatTime(usedAt) },
        { heading: '', cell: ({ isCurrent }) => (isCurrent ? 'this one' : '') },
      ],
      await Array.fromAsync(bramble.list<Session>(SESSIONS)),
    );
    return undefined;
  },
});

const remove = defineCommand({
  name: 'session rm',
  summary: 'end sessions',
  usage: 'ID… | --others',
  options: { others: { type: 'boolean', description: 'all but the one this command goes by' } },
  arity: [0, 100],
  examples: [
    { command: 'bramble session rm ses_0199…', explanation: 'one, at once' },
    { command: 'bramble session rm --others', explanation: 'whatever else is logged in as you' },
  ],
  action: async ({ values, operands, output, connect }) => {
    if (operands.length > 0 === (values.others === true)) throw new UsageError('Name sessions, or give --others.');
    const bramble = await connect();
    const ids = values.others
      ? (await Array.fromAsync(bramble.list<Session>(SESSIONS))).filter((each) => !each.isCurrent).map(({ id }) => id)
      : operands;
    for (const id of ids) {
      await bramble.json('DELETE', `${SESSIONS}/${encodeURIComponent(id)}`);
      output.report({ id, removed: true }, `ended ${printable(id)}`);
    }
    return undefined;
  },
});

export const session = defineCommand({
  name: 'session',
  summary: 'your logins: list, end',
  usage: 'ls | rm',
  examples: [],
  subcommands: [list, remove],
});
