import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { askHidden, askNewPassword, readLines } from '../terminal/prompt.ts';
import type { Terminal } from '../terminal/terminal.ts';

const INSTEAD = 'Give both passwords with --password-stdin.';

export const password = defineCommand({
  name: 'password',
  summary: 'change your password',
  usage: '',
  description: ['All your other sessions end; tokens and access keys go on.'],
  options: {
    'password-stdin': {
      type: 'boolean',
      description: 'read the password from the first line of stdin, the new one from the second',
    },
  },
  examples: [
    { command: 'bramble password', explanation: 'asks for the old one, and twice for the new one' },
    {
      command: 'printf \'%s\\n%s\\n\' "$OLD" "$NEW" | bramble password --password-stdin',
      explanation: 'by a script',
    },
  ],
  action: async ({ values, terminal, output, connect }) => {
    const bramble = await connect();
    const change = await (values['password-stdin'] ? readBoth(terminal) : askBoth(terminal));
    await bramble.json('POST', '/api/account/password', change);
    output.report({ changed: true }, 'The password is changed; your other sessions have ended.');
    return undefined;
  },
});

interface PasswordChange {
  readonly oldPassword: string;
  readonly newPassword: string;
}

async function askBoth(terminal: Terminal): Promise<PasswordChange> {
  const oldPassword = await askHidden(terminal, 'Password now: ', INSTEAD);
  return { oldPassword, newPassword: await askNewPassword(terminal, INSTEAD) };
}

async function readBoth(terminal: Terminal): Promise<PasswordChange> {
  const [oldPassword, newPassword] = await readLines(terminal, 2);
  if (!oldPassword || !newPassword) throw new UsageError('Two lines are needed: the password, and the new one.');
  return { oldPassword, newPassword };
}
