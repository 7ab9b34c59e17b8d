/**
 * Changes that are not in the environment yet, over a source. An entry is one draft, each of its commands a draft over
 * that one: a command that is refused is dropped, the others are merged, and all of it is written in one transaction. What
 * many commands of an entry touch (totals, a shared chunk) is encoded once.
 */
import type { Source, Table } from './table.ts';

interface Change {
  key: Buffer;
  table: Table<unknown>;
  /** Absent when the record is removed. */
  value: unknown;
}

export class Draft implements Source {
  readonly #source: Source;
  readonly #changes = new Map<string, Change>();

  constructor(source: Source) {
    this.#source = source;
  }

  get<Value>(table: Table<Value>, key: Buffer): Value | undefined {
    const change = this.#changes.get(key.toString('latin1'));
    return change ? (change.value as Value | undefined) : this.#source.get(table, key);
  }

  put<Value>(table: Table<Value>, key: Buffer, value: Value): void {
    this.#changes.set(key.toString('latin1'), { key, table: table as Table<unknown>, value });
  }

  remove<Value>(table: Table<Value>, key: Buffer): void {
    this.#changes.set(key.toString('latin1'), { key, table: table as Table<unknown>, value: undefined });
  }

  mergeInto(below: Draft): void {
    for (const [name, change] of this.#changes) below.#changes.set(name, change);
  }

  /** Writes each change once. */
  write(put: (key: Buffer, value: Buffer) => void, remove: (key: Buffer) => void): void {
    for (const { key, table, value } of this.#changes.values()) {
      if (value === undefined) remove(key);
      else put(key, table.encode(value));
    }
  }
}
