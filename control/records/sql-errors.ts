/** Which failures are the command's own, the same on every replay, and which are the surroundings', to be tried again. */

/** Classes of SQLSTATE (PostgreSQL, appendix A) that say nothing about the command: connection, resources, operator, system, internal. */
const SURROUNDINGS = new Set(['08', '25', '40', '53', '54', '55', '57', '58', 'XX', 'F0']);
/** Codes of the driver and of Node for a connection that is not there. */
const CONNECTION = /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|ENOENT|EHOSTUNREACH|ENOTFOUND|EAI_)/;

/** The SQLSTATE, or the driver's code. */
export function sqlCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

export function isConnectionLoss(error: unknown): boolean {
  const code = sqlCodeOf(error);
  return code !== undefined && (CONNECTION.test(code) || code.startsWith('08') || code.startsWith('57P'));
}

/** Whether the same command would fail the same way on every replay: then it is a refusal, not an outage. */
export function isCommandsOwn(error: unknown): boolean {
  const code = sqlCodeOf(error);
  if (code === undefined) return true;
  return /^[0-9A-Z]{5}$/.test(code) ? !SURROUNDINGS.has(code.slice(0, 2)) : !CONNECTION.test(code);
}
