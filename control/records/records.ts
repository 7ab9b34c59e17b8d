/** The SQL view's engine. The same SQL, in PostgreSQL's dialect, runs in PGlite and in a PostgreSQL server. */

export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array | string[] | object;

export interface Sql {
  /** Rows of one statement with `$1`, `$2`, … parameters. */
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
}

export interface Records extends Sql, AsyncDisposable {
  readonly engine: 'pglite' | 'postgresql';
  /** All or nothing; rolled back when `work` throws. */
  transaction<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value>;
}
