import { setTimeout as sleep } from 'node:timers/promises';
import { type BrambleStatus, type Connection, isTransient } from '../client/index.ts';
import { defineCommand, type Invocation, type OptionDefinitions } from '../command/command.ts';
import { explainSystemError } from '../command/report-error.ts';
import { CHUNKSERVER_COLUMNS, PROCESS_COLUMNS, type StorageStatus, storageSummary } from '../remote/status.ts';
import { formatTime } from '../terminal/quantity.ts';
import { renderTable } from '../terminal/table.ts';

const WATCH_INTERVAL_MS = 2_000;
const CLEAR_SCREEN = '\u001b[H\u001b[J';

const options = {
  watch: { type: 'boolean', short: 'w', description: 'again every two seconds, until Ctrl-C' },
} as const satisfies OptionDefinitions;

export const status = defineCommand({
  name: 'status',
  summary: 'show every process and chunkserver, and whether all is held three times',
  usage: '',
  description: ['With --json it is one document with processes, chunkservers and counts; a line each with --watch.'],
  options,
  examples: [
    { command: 'bramble status', explanation: 'what runs, where, and how it is' },
    { command: 'bramble status --watch', explanation: 'the same, while you pull a plug' },
  ],
  action: async (invocation) => {
    const bramble = await invocation.connect();
    if (invocation.values.watch) await watch(bramble, invocation);
    else show(await readStatus(bramble), bramble, invocation, '');
    return undefined;
  },
});

type Status = BrambleStatus & StorageStatus;

async function readStatus(bramble: Connection): Promise<Status> {
  const [processes, storage] = await Promise.all([
    bramble.json<BrambleStatus>('GET', '/api/status'),
    bramble.json<StorageStatus>('GET', '/api/storage/status'),
  ]);
  return { ...processes, ...storage };
}

function show(status: Status, bramble: Connection, { output }: Invocation<typeof options>, before: string): void {
  const lines = [
    `${bramble.url.origin}, Bramble ${status.version}, ${formatTime(status.time)}`,
    '',
    ...renderTable(PROCESS_COLUMNS, status.processes),
    '',
    ...renderTable(CHUNKSERVER_COLUMNS, status.chunkservers),
    '',
    ...storageSummary(status),
  ];
  output.result(status, before + lines.join('\n'));
}

/** Looking on ends by Ctrl-C, which is then no failure. Meanwhile the bramble may come and go. */
async function watch(bramble: Connection, invocation: Invocation<typeof options>): Promise<void> {
  const { terminal, output, signal } = invocation;
  const before = terminal.stdout.isTTY ? CLEAR_SCREEN : '';
  while (!signal.aborted) {
    try {
      show(await readStatus(bramble), bramble, invocation, before);
      await sleep(WATCH_INTERVAL_MS, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransient(error)) throw error;
      output.note(explainSystemError(error));
    }
  }
}
