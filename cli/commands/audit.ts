import { withQuery } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { EXIT, UsageError } from '../command/exit-code.ts';
import { formatTime, parseMoment } from '../terminal/quantity.ts';
import { type Column, printable } from '../terminal/table.ts';

interface AuditRecord {
  readonly height: number;
  readonly index: number;
  readonly time: string;
  readonly type: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly address?: string };
  readonly requestId: string;
  readonly hash: string;
}

interface Verification {
  readonly ok: boolean;
  readonly entries: number;
  readonly head: { readonly height: number; readonly hash: string };
  readonly problem?: { readonly file: string; readonly offset: number; readonly detail: string };
}

const DEFAULT_LIMIT = 50;
const PAGE = 500;

const COLUMNS: Column<AuditRecord>[] = [
  { heading: 'TIME', cell: ({ time }) => formatTime(time) },
  { heading: 'TYPE', cell: ({ type }) => printable(type) },
  { heading: 'ACTOR', cell: ({ actor }) => printable(actor.id) },
  { heading: 'ADDRESS', cell: ({ actor }) => actor.address ?? '-' },
  { heading: 'REQUEST', cell: ({ requestId }) => printable(requestId) },
];

const verify = defineCommand({
  name: 'audit verify',
  summary: 'walk the hash chain of the whole log',
  usage: '',
  description: ['Exit code 1 when the log was changed; the message says where.'],
  examples: [{ command: 'bramble audit verify', explanation: 'entries checked, and the head’s hash to compare' }],
  action: async ({ output, connect }) => {
    const bramble = await connect();
    const found = await bramble.json<Verification>('POST', '/api/audit/verify');
    const { ok, entries, head, problem } = found;
    const text = ok
      ? `${entries} entries, all whole. Head: ${head.height} ${head.hash}`
      : `The log is damaged after ${entries} good entries: ${problem?.detail ?? 'unknown'} (${problem?.file ?? '?'}, offset ${problem?.offset ?? '?'})`;
    output.result(found, text);
    return ok ? EXIT.ok : EXIT.failed;
  },
});

export const audit = defineCommand({
  name: 'audit',
  summary: 'show who changed what, newest first; verify the log',
  usage: '[verify]',
  description: ['For administrators. With --json every record is a line, with the hash of its log entry.'],
  options: {
    type: { type: 'string', value: 'TYPE', description: 'such as object.commit, or object.* for all of a kind' },
    actor: { type: 'string', value: 'ID', description: 'the user’s id' },
    since: {
      type: 'string',
      value: 'TIME',
      description: 'not before: 2026-05-01, 2026-05-01T12:00Z, or 2h for two hours ago',
    },
    until: { type: 'string', value: 'TIME', description: 'before, in the same form' },
    limit: { type: 'string', value: 'COUNT', description: `how many, or all (default: ${DEFAULT_LIMIT})` },
  },
  subcommands: [verify],
  operands: [['verify']],
  examples: [
    { command: 'bramble audit --since 1d --type "object.*"', explanation: 'what happened to objects since yesterday' },
    { command: 'bramble audit --limit all --json > audit.jsonl', explanation: 'everything, for another program' },
    { command: 'bramble audit verify', explanation: 'whether the log is as it was written' },
  ],
  action: async ({ values, output, connect }) => {
    const limit = parseLimit(values.limit);
    const query = {
      type: values.type,
      actor: values.actor,
      since: values.since === undefined ? undefined : parseMoment(values.since, Date.now()),
      until: values.until === undefined ? undefined : parseMoment(values.until, Date.now()),
    };
    const bramble = await connect();
    let left = limit;
    let cursor: string | undefined;
    do {
      const pageSize = String(Math.min(PAGE, left));
      const page = await bramble.json<{ items: AuditRecord[]; nextCursor: string | null }>(
        'GET',
        withQuery('/api/audit', { ...query, limit: pageSize, cursor }),
      );
      if (page.items.length > 0) output.table(COLUMNS, page.items);
      left -= page.items.length;
      cursor = page.nextCursor ?? undefined;
    } while (left > 0 && cursor !== undefined);
    return undefined;
  },
});

function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (text === 'all') return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit is a number from 1, or all; not '${text}'.`);
  return limit;
}
