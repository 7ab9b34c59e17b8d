import { defineCommand } from '../command/command.ts';
import { REMOTE_TRANSFER_OPTIONS, transferRemotely } from '../remote/transfer-remotely.ts';

export const cp = defineCommand({
  name: 'cp',
  summary: 'copy objects and folders within the bramble',
  usage: 'REMOTE… REMOTE',
  description: [
    'A target that is a bucket or ends in a slash is a folder to put into; otherwise it is the new name itself. ' +
      'No byte travels: what is stored is shared.',
    'With --json every object is a line with from and to.',
  ],
  options: REMOTE_TRANSFER_OPTIONS,
  operands: ['remote'],
  arity: [2, Number.POSITIVE_INFINITY],
  examples: [
    { command: 'bramble cp photos/cat.jpg photos/2026/', explanation: 'into a folder' },
    { command: 'bramble cp -r photos/2026 archive:photos/2026', explanation: 'a folder, to another namespace' },
  ],
  action: (invocation) => transferRemotely('copy', invocation),
});
