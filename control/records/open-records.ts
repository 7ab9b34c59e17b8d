import { type Disk, nodeDisk } from '../../common/disk/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { loadMigrations, migrate } from './migrations.ts';
import { PgliteRecords } from './pglite-records.ts';
import { PostgresqlRecords } from './postgresql-records.ts';
import type { Records } from './records.ts';

export interface OpenRecordsOptions {
  /** A PostgreSQL server's database; PGlite when absent or empty. */
  databaseUrl?: string | undefined;
  /** Where PGlite keeps its files; unused with a server. */
  folder: string;
  logger: Logger;
  disk?: Disk;
}

/** The records' engine, with every migration applied. */
export async function openRecords(options: OpenRecordsOptions): Promise<Records> {
  const { databaseUrl, folder, logger, disk = nodeDisk } = options;
  const migrations = await loadMigrations();
  const records = databaseUrl
    ? await PostgresqlRecords.open(databaseUrl, logger)
    : await PgliteRecords.open({ folder, disk, logger });
  try {
    await migrate(records, migrations, logger);
    return records;
  } catch (error) {
    await records[Symbol.asyncDispose]();
    throw error;
  }
}
