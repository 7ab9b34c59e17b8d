import { defineCommand } from '../command/command.ts';
import { parseObjectPath } from '../remote/remote-path.ts';
import { downloadStream } from '../transfer/index.ts';

export const cat = defineCommand({
  name: 'cat',
  summary: 'print objects',
  usage: 'REMOTE…',
  description: ['Bytes are printed as they are, one object behind the other.'],
  operands: ['remote'],
  arity: [1, Number.POSITIVE_INFINITY],
  examples: [
    { command: 'bramble cat notes/todo.txt', explanation: 'one object' },
    { command: 'bramble cat logs/a.gz logs/b.gz | gunzip', explanation: 'several, into another program' },
  ],
  action: async ({ operands, terminal, connect }) => {
    const paths = operands.map(parseObjectPath);
    const bramble = await connect();
    for (const path of paths) await downloadStream(bramble, await bramble.resolve(path), terminal.stdout);
    return undefined;
  },
});
