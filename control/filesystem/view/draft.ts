/**
 * Changes that are not in the environment yet, over a source. An entry is one draft, each of its commands a draft over
 * that one: a command that is refused is dropped, the others are merged, and all of it is written in one transaction. What
 * many commands of an entry touch (totals, a shared chunk) is encoded once.
 */
import type { Entry, Source, Table } from './table.ts';

interface Change {
  key: Buffer;
  table: Table<unknown>;
  /** Absent when the record is removed. */
  value: unknown;
}

export class Draft implements Source {
  readonly #source: Source;
  readonly #changes = new Map<string, Change>();
  /** Which keys of a group are changed here. */
  readonly #groups = new Map<string, Set<string>>();

  constructor(source: Source) {
    this.#source = source;
  }

  get<Value>(table: Table<Value>, key: Buffer): Value | undefined {
    const change = this.#changes.get(key.toString('latin1'));
    return change ? (change.value as Value | undefined) : this.#source.get(table, key);
  }

  *scan<Value>(table: Table<Value>, group: Buffer): Iterable<Entry<Value>> {
    const changed = [...(this.#groups.get(group.toString('latin1')) ?? [])].sort();
    let at = 0;
    for (const entry of this.#source.scan(table, group)) {
      const name = entry.key.toString('latin1');
      for (; at < changed.length && (changed[at] ?? '') < name; at++) yield* this.#changedEntry<Value>(changed[at]);
      if (changed[at] !== name) yield entry;
    }
    for (; at < changed.length; at++) yield* this.#changedEntry<Value>(changed[at]);
  }

  put<Value>(table: Table<Value>, key: Buffer, value: Value): void {
    this.#set(key.toString('latin1'), { key, table: table as Table<unknown>, value });
  }

  remove<Value>(table: Table<Value>, key: Buffer): void {
    this.#set(key.toString('latin1'), { key, table: table as Table<unknown>, value: undefined });
  }

  mergeInto(below: Draft): void {
    for (const [name, change] of this.#changes) below.#set(name, change);
  }

  /** Writes each change once. */
  write(put: (key: Buffer, value: Buffer) => void, remove: (key: Buffer) => void): void {
    for (const { key, table, value } of this.#changes.values()) {
      if (value === undefined) remove(key);
      else put(key, table.encode(value));
    }
  }

  #set(name: string, change: Change): void {
    this.#changes.set(name, change);
    const { suffixBytes } = change.table;
    if (suffixBytes === undefined) return;
    const group = name.slice(0, -suffixBytes);
    const names = this.#groups.get(group);
    if (names) names.add(name);
    else this.#groups.set(group, new Set([name]));
  }

  *#changedEntry<Value>(name: string | undefined): Iterable<Entry<Value>> {
    const change = name === undefined ? undefined : this.#changes.get(name);
    if (change?.value !== undefined) yield { key: change.key, value: change.value as Value };
  }
}
