import type { Me } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';

export const whoami = defineCommand({
  name: 'whoami',
  summary: 'show who you are and which namespaces are yours',
  usage: '',
  examples: [
    { command: 'bramble whoami', explanation: 'name, bramble and roles' },
    { command: 'bramble whoami --json', explanation: 'the same for a script' },
  ],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    const me = await bramble.json<Me>('GET', '/api/account/me');
    const roles = me.namespaces.map(({ name, role }) => `  ${name} (${role})`);
    const lines = [
      `${me.user.name}${me.user.isAdministrator ? ', administrator,' : ''} at ${bramble.url.origin}`,
      ...(me.via === 'token' ? [`by a token for ${me.scopes.join(', ')}`] : []),
      ...(roles.length > 0 ? ['Namespaces:', ...roles] : ['No namespaces.']),
    ];
    output.result({ url: bramble.url.origin, ...me }, lines.join('\n'));
    return undefined;
  },
});
