import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { formatRemotePath, parseObjectPath } from '../remote/remote-path.ts';
import { formatTime, parseDurationMs } from '../terminal/quantity.ts';
import { printable } from '../terminal/table.ts';

interface Share {
  readonly id: string;
  readonly namespace: string;
  readonly bucket: string;
  readonly key: string;
  readonly expiresAt: string;
  /** `/s/<token>`; only in the answer to its making. */
  readonly url?: string;
}

const DEFAULT_EXPIRY = '7d';

export const share = defineCommand({
  name: 'share',
  summary: 'make a link that lets anyone read one object for a while',
  usage: 'REMOTE | --list | --revoke ID…',
  description: ['The link is shown once and cannot be shown again. It ends by itself, or with --revoke.'],
  options: {
    expires: { type: 'string', value: 'DURATION', description: `how long it holds (default: ${DEFAULT_EXPIRY})` },
    list: { type: 'boolean', description: 'show the links there are' },
    revoke: { type: 'boolean', description: 'end the links with these ids' },
  },
  operands: ['remote'],
  arity: [0, 100],
  examples: [
    { command: 'bramble share photos/cat.jpg', explanation: `for ${DEFAULT_EXPIRY}` },
    { command: 'bramble share --expires 2h reports/may.pdf', explanation: 'for two hours' },
    { command: 'bramble share --list', explanation: 'what is shared now' },
  ],
  action: async ({ values, operands, output, connect }) => {
    if (values.list) {
      if (operands.length > 0 || values.revoke) throw new UsageError('--list stands alone.');
      const bramble = await connect();
      const shares = await Array.fromAsync(
        bramble.list<Share>('/api/storage/shares', { namespace: await bramble.namespace() }),
      );
      output.table(
        [
          { heading: 'ID', cell: ({ id }) => id },
          { heading: 'ENDS', cell: ({ expiresAt }) => formatTime(expiresAt) },
          { heading: 'OBJECT', cell: (own) => printable(formatRemotePath(own)) },
        ],
        shares,
      );
      return undefined;
    }
    if (operands.length === 0) throw new UsageError('Something is missing: bramble share REMOTE');
    if (values.revoke) {
      const bramble = await connect();
      for (const id of operands) {
        await bramble.json('DELETE', `/api/storage/shares/${encodeURIComponent(id)}`);
        output.report({ id, revoked: true }, `ended ${id}`);
      }
      return undefined;
    }
    if (operands.length > 1) throw new UsageError('One object at a time: bramble share REMOTE');
    const path = parseObjectPath(operands[0] ?? '');
    const expiresInSeconds = Math.ceil(parseDurationMs(values.expires ?? DEFAULT_EXPIRY) / 1000);
    const bramble = await connect();
    const address = await bramble.resolve(path);
    const made = await bramble.json<Share>('POST', '/api/storage/shares', { ...address, expiresInSeconds });
    const url = new URL(made.url ?? '', bramble.url).href;
    output.result({ ...made, url }, url);
    output.note(`Anyone who has this link can read the object until ${formatTime(made.expiresAt)}.`);
    return undefined;
  },
});
