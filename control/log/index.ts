export { type AuditRoutesOptions, auditRoutes } from './audit-routes.ts';
export { type Actor, actor, type Command, SYSTEM } from './command.ts';
export type { CommandLog, Entry, Outcome, View } from './command-log.ts';
export type { LocalLog } from './local-log.ts';
export { type OpenLocalLogOptions, openLocalLog } from './open-local-log.ts';
export type { LogVerification } from './verify-log.ts';
