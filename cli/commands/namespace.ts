import type { Answer, Item } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';

const NAMESPACES = '/api/account/namespaces';
const ROLES = ['owner', 'admin', 'writer', 'reader'] as const;

type Namespace = Answer<`${typeof NAMESPACES}/:ns`, '$get'>;

const list = defineCommand({
  name: 'namespace ls',
  summary: 'list your namespaces and your role in each',
  usage: '',
  examples: [{ command: 'bramble namespace ls', explanation: 'yours, and those of organisations' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    const namespaces = await Array.fromAsync(bramble.list<Item<typeof NAMESPACES>>(NAMESPACES));
    output.table(
      [
        { heading: 'NAME', cell: ({ name }) => name },
        { heading: 'ROLE', cell: ({ role }) => role },
      ],
      namespaces,
    );
    return undefined;
  },
});

const show = defineCommand({
  name: 'namespace show',
  summary: 'show who is a member',
  usage: 'NAME',
  arity: [1, 1],
  examples: [{ command: 'bramble namespace show club', explanation: 'members and their roles' }],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    const namespace = await bramble.json<Namespace>('GET', pathOf(operands[0]));
    output.table(
      [
        { heading: 'USER', cell: ({ userName }) => userName },
        { heading: 'ROLE', cell: ({ role }) => role },
      ],
      namespace.members,
    );
    return undefined;
  },
});

const create = defineCommand({
  name: 'namespace create',
  summary: 'make a namespace, with you as its owner',
  usage: 'NAME',
  arity: [1, 1],
  examples: [{ command: 'bramble namespace create club', explanation: 'for an organisation' }],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    const made = await bramble.json<Namespace>('POST', NAMESPACES, { name: operands[0] });
    output.report(made, `made ${operands[0]}`);
    return undefined;
  },
});

const remove = defineCommand({
  name: 'namespace rm',
  summary: 'remove a namespace that has no buckets',
  usage: 'NAME',
  arity: [1, 1],
  examples: [{ command: 'bramble namespace rm club', explanation: 'its buckets have to be gone' }],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    await bramble.json('DELETE', pathOf(operands[0]));
    output.report({ name: operands[0], removed: true }, `removed ${operands[0]}`);
    return undefined;
  },
});

const grant = defineCommand({
  name: 'namespace grant',
  summary: 'give a user a role in a namespace, or another one',
  usage: 'NAME USER ROLE',
  description: ['Readers read; writers also write; admins also decide on members and buckets; owners own it.'],
  operands: ['none', 'none', ROLES],
  arity: [3, 3],
  examples: [{ command: 'bramble namespace grant club ada writer', explanation: 'she may read and write' }],
  action: async ({ operands, output, connect }) => {
    const [name = '', member = '', role = ''] = operands;
    if (!ROLES.some((known) => known === role)) throw new UsageError(`A role is ${ROLES.join(', ')}; not '${role}'.`);
    const bramble = await connect();
    await bramble.json('PUT', memberPath(name, member), { role });
    output.report({ namespace: name, user: member, role }, `${member} is ${role} of ${name}`);
    return undefined;
  },
});

const revoke = defineCommand({
  name: 'namespace revoke',
  summary: 'take a user out of a namespace',
  usage: 'NAME USER',
  arity: [2, 2],
  examples: [{ command: 'bramble namespace revoke club ada', explanation: 'she is no member any more' }],
  action: async ({ operands, output, connect }) => {
    const [name = '', member = ''] = operands;
    const bramble = await connect();
    await bramble.json('DELETE', memberPath(name, member));
    output.report({ namespace: name, user: member, removed: true }, `${member} is no member of ${name} any more`);
    return undefined;
  },
});

export const namespace = defineCommand({
  name: 'namespace',
  summary: 'namespaces and who may do what in them',
  usage: 'ls | show | create | rm | grant | revoke',
  examples: [],
  subcommands: [list, show, create, remove, grant, revoke],
});

function pathOf(name: string | undefined): string {
  return `${NAMESPACES}/${encodeURIComponent(name ?? '')}`;
}

function memberPath(name: string, member: string): string {
  return `${pathOf(name)}/members/${encodeURIComponent(member)}`;
}
