export { type Applier, applier } from './applier.ts';
export { openLogIdentity } from './log-identity.ts';
export { type OpenRecordsOptions, openRecords } from './open-records.ts';
export type { Records, Sql, SqlValue } from './records.ts';
export { SqlView, type SqlViewOptions } from './sql-view.ts';
