import { defineCommand } from '../command/command.ts';
import { CHUNKSERVER_COLUMNS, PROCESS_COLUMNS, type ProcessStatus, type StorageStatus } from '../remote/status.ts';
import { renderTable } from '../terminal/table.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'show every process and chunkserver',
  usage: '',
  description: ['With --json it is one document with processes and chunkservers.'],
  examples: [{ command: 'bramble status', explanation: 'what runs, where, and how it is' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    const [{ processes }, { chunkservers }] = await Promise.all([
      bramble.json<{ processes: ProcessStatus[] }>('GET', '/api/status'),
      bramble.json<StorageStatus>('GET', '/api/storage/status'),
    ]);
    const lines = [...renderTable(PROCESS_COLUMNS, processes), '', ...renderTable(CHUNKSERVER_COLUMNS, chunkservers)];
    output.result({ processes, chunkservers }, lines.join('\n'));
    return undefined;
  },
});
