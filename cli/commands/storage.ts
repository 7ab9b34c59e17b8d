import { defineCommand } from '../command/command.ts';
import { CHUNKSERVER_COLUMNS, type StorageStatus, storageSummary } from '../remote/status.ts';
import { renderTable } from '../terminal/table.ts';

const status = defineCommand({
  name: 'storage status',
  summary: 'show chunkservers, space, and replicas that are missing',
  usage: '',
  description: ['With --json it is one document, as the API answers it.'],
  examples: [{ command: 'bramble storage status', explanation: 'whether everything is held three times' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    const found = await bramble.json<StorageStatus>('GET', '/api/storage/status');
    const lines = [...renderTable(CHUNKSERVER_COLUMNS, found.chunkservers), '', ...storageSummary(found)];
    output.result(found, lines.join('\n'));
    return undefined;
  },
});

export const storage = defineCommand({
  name: 'storage',
  summary: 'how the storage is',
  usage: 'status',
  examples: [],
  subcommands: [status],
});
