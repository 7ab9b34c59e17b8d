/**
 * The SQL view's engine. The same SQL, in PostgreSQL's dialect, runs in PGlite and in a PostgreSQL server, and gives the
 * same JavaScript values: int8 a number (a bigint beyond 2^53), json and jsonb parsed, timestamptz a Date, bytea a
 * Uint8Array, arrays as arrays, numeric a string. Objects given as parameters of json columns are stringified, always.
 */
export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array | string[] | object;

export interface Sql {
  /** Rows of one statement with `$1`, `$2`, … parameters. */
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
  /** Several statements without parameters, one after the other. */
  script(text: string): Promise<void>;
}

/** What runs inside a transaction: after a refused statement only a savepoint around it lets the rest go on. */
export interface Transaction extends Sql {
  /** All or nothing of a part; rolled back, and the rest unharmed, when `work` throws. */
  savepoint<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value>;
}

export interface Records extends Sql, AsyncDisposable {
  readonly engine: 'pglite' | 'postgresql';
  /** All or nothing; rolled back when `work` throws. */
  transaction<Value>(work: (sql: Transaction) => Promise<Value>): Promise<Value>;
}
