import type { Answer, Item } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { formatTime } from '../terminal/quantity.ts';

const USERS = '/api/account/users';

type User = Item<typeof USERS>;

const add = defineCommand({
  name: 'user add',
  summary: 'make a user, with a one-time password and a namespace of their own',
  usage: 'NAME',
  description: ['The one-time password is printed once, alone on standard output.'],
  options: { administrator: { type: 'boolean', description: 'may do everything' } },
  arity: [1, 1],
  examples: [{ command: 'bramble user add ada', explanation: 'prints the password for her first login' }],
  action: async ({ values, operands, output, connect }) => {
    const bramble = await connect();
    const made = await bramble.json<Answer<typeof USERS, '$post'>>('POST', USERS, {
      name: operands[0],
      isAdministrator: values.administrator === true,
    });
    output.result(made, made.oneTimePassword ?? '');
    output.note(`For the first login: bramble login ${bramble.url.origin} --user ${operands[0]}`);
    return undefined;
  },
});

const list = defineCommand({
  name: 'user ls',
  summary: 'list users',
  usage: '',
  examples: [{ command: 'bramble user ls', explanation: 'names and what they may' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    output.table(
      [
        { heading: 'NAME', cell: ({ name }) => name },
        { heading: 'ROLE', cell: ({ isAdministrator }) => (isAdministrator ? 'administrator' : 'user') },
        { heading: 'STATE', cell: stateOf },
        { heading: 'CREATED', cell: ({ createdAt }) => formatTime(createdAt) },
        { heading: 'ID', cell: ({ id }) => id },
      ],
      await Array.fromAsync(bramble.list<User>(USERS)),
    );
    return undefined;
  },
});

const set = defineCommand({
  name: 'user set',
  summary: 'change what a user may, or give a new one-time password',
  usage: 'NAME',
  options: {
    administrator: { type: 'string', value: 'yes|no', description: 'may do everything', completion: ['yes', 'no'] },
    disabled: { type: 'string', value: 'yes|no', description: 'may not log in', completion: ['yes', 'no'] },
    'reset-password': { type: 'boolean', description: 'print a new one-time password; their sessions end' },
  },
  arity: [1, 1],
  examples: [
    { command: 'bramble user set ada --administrator yes', explanation: 'an administrator more' },
    { command: 'bramble user set ada --reset-password', explanation: 'when she has forgotten hers' },
  ],
  action: async ({ values, operands, output, connect }) => {
    const change = {
      ...(values.administrator !== undefined && { isAdministrator: yesOrNo('administrator', values.administrator) }),
      ...(values.disabled !== undefined && { isDisabled: yesOrNo('disabled', values.disabled) }),
      ...(values['reset-password'] && { resetPassword: true }),
    };
    if (Object.keys(change).length === 0)
      throw new UsageError('Say what to change: --administrator, --disabled or --reset-password.');
    const bramble = await connect();
    const changed = await bramble.json<Answer<`${typeof USERS}/:user`, '$patch'>>(
      'PATCH',
      `${USERS}/${encodeURIComponent(operands[0] ?? '')}`,
      change,
    );
    if (changed.oneTimePassword === undefined) output.report(changed, `changed ${operands[0]}`);
    else output.result(changed, changed.oneTimePassword);
    return undefined;
  },
});

const remove = defineCommand({
  name: 'user rm',
  summary: 'remove users',
  usage: 'NAME…',
  arity: [1, 100],
  examples: [{ command: 'bramble user rm ada', explanation: 'her namespaces have to have other owners, or be gone' }],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    for (const name of operands) {
      await bramble.json('DELETE', `${USERS}/${encodeURIComponent(name)}`);
      output.report({ name, removed: true }, `removed ${name}`);
    }
    return undefined;
  },
});

export const user = defineCommand({
  name: 'user',
  summary: 'users, for administrators: add, list, change, remove',
  usage: 'add | ls | set | rm',
  examples: [],
  subcommands: [add, list, set, remove],
});

function stateOf({ isDisabled, mustChangePassword }: User): string {
  if (isDisabled) return 'disabled';
  return mustChangePassword ? 'one-time password' : 'active';
}

function yesOrNo(option: string, text: string): boolean {
  if (text !== 'yes' && text !== 'no') throw new UsageError(`--${option} is yes or no; not '${text}'.`);
  return text === 'yes';
}
