/**
 * The log as an audit trail: one record a command, newest first, without the commands' data, which may hold secrets, but
 * for what `detailOf` picks from it.
 */
import type { Actor, Command } from './command.ts';
import type { Entry } from './command-log.ts';

/** Commands that one page looks at before it answers with what it has. */
const LOOK_AT = 100_000;

/** Height and place in the entry of the last record looked at. */
export type AuditPosition = [height: number, index: number];

export interface AuditRecord {
  height: number;
  index: number;
  /** Milliseconds since the epoch at which the entry was made. */
  time: number;
  type: string;
  actor: Actor;
  requestId: string;
  /** Of the entry, in hexadecimal. */
  hash: string;
  detail?: unknown;
}

/** What of a command's data may be shown; undefined for nothing. */
export type DetailOf = (command: Command) => unknown;

export interface AuditQuery {
  limit: number;
  /** Records behind this one. */
  after?: AuditPosition;
  /** A command's type, or `<domain>.*`. */
  type?: string;
  /** An actor's id. */
  actor?: string;
  /** Entries not before, and entries before. */
  sinceMs?: number;
  untilMs?: number;
}

export interface AuditPage {
  items: AuditRecord[];
  /** Where to go on; undefined when there is nothing more. */
  next: AuditPosition | undefined;
}

/** Reads backwards, piece by piece, and stops at the page's end; memory does not depend on the log's length. */
export async function listAudit(
  log: { readBackwards(from?: number, beforeMs?: number): AsyncIterable<Entry> },
  query: AuditQuery,
  options: { lookAt?: number; detailOf?: DetailOf | undefined } = {},
): Promise<AuditPage> {
  const { lookAt = LOOK_AT, detailOf = () => undefined } = options;
  const items: AuditRecord[] = [];
  const [afterHeight, afterIndex] = query.after ?? [undefined, 0];
  let looked = 0;
  for await (const entry of log.readBackwards(afterHeight, query.untilMs)) {
    if (query.sinceMs !== undefined && entry.time < query.sinceMs) break;
    const isTooNew = query.untilMs !== undefined && entry.time >= query.untilMs;
    const start = entry.height === afterHeight ? afterIndex : entry.commands.length;
    for (let index = start - 1; index >= 0; index -= 1) {
      const command = entry.commands[index];
      if (!command) continue;
      if (!isTooNew && matches(command, query)) items.push(recordOf(entry, index, command, detailOf(command)));
      looked += 1;
      if (items.length >= query.limit || looked >= lookAt) return { items, next: [entry.height, index] };
    }
  }
  return { items, next: undefined };
}

function matches({ type, actor }: Command, query: AuditQuery): boolean {
  if (query.actor !== undefined && actor.id !== query.actor) return false;
  if (query.type === undefined) return true;
  return query.type.endsWith('.*') ? type.startsWith(query.type.slice(0, -1)) : type === query.type;
}

function recordOf(entry: Entry, index: number, { type, actor, requestId }: Command, detail: unknown): AuditRecord {
  const { height, time, hash } = entry;
  const record = { height, index, time, type, actor, requestId, hash: Buffer.from(hash).toString('hex') };
  return detail === undefined ? record : { ...record, detail };
}
