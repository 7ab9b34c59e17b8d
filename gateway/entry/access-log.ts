import type { Logger } from '../../common/logging/index.ts';
import type { OpenRequest } from './open-request.ts';

export interface Outcome {
  status: number;
  durationMs: number;
  /** Whether the answer was handed over whole. */
  isWhole: boolean;
}

/**
 * One line per request; those that went well at debug level, since writing a line costs more than a small answer does (their
 * numbers are in the metrics). The query and what a `{token}` stands for are secrets and stay out.
 */
export function logAccess(logger: Logger, open: OpenRequest, outcome: Outcome): void {
  const isWell = outcome.status < 400;
  if (isWell && !logger.isLevelEnabled('debug')) return;
  const { method, remoteAddress } = open.wire;
  const pattern = open.route?.path;
  const fields = {
    requestId: open.requestId,
    method,
    ...(open.operation !== undefined && { operation: open.operation }),
    path: pattern?.includes('{token}') ? pattern : open.raw?.path,
    status: outcome.status,
    durationMs: Math.round(outcome.durationMs * 100) / 100,
    remoteAddress,
    receivedBytes: open.meter.receivedBytes,
    sentBytes: open.meter.sentBytes,
    ...(!outcome.isWhole && { isWhole: false }),
    ...(open.failure !== undefined && outcome.status >= 500 && { err: causeOf(open.failure) }),
  };
  if (outcome.status >= 500) logger.error(fields, 'request failed');
  else if (outcome.status >= 400) logger.warn(fields, 'request refused');
  else logger.debug(fields, outcome.isWhole ? 'request answered' : 'caller went away');
}

function causeOf(failure: unknown): unknown {
  return failure instanceof Error && failure.cause !== undefined ? failure.cause : failure;
}
