/** What a person is told when a command fails: one or two lines, the second with the request id. */
import { AppError } from '../../common/errors/index.ts';
import { isCertificateError, RequestRefused } from '../client/index.ts';
import type { ErrorReport } from '../terminal/output.ts';
import { SomeFailed, UsageError } from './exit-code.ts';

/** @param debug whether the stack is shown too (`BRAMBLE_DEBUG=1`). */
export function describeError(command: string, error: unknown, debug: boolean): ErrorReport {
  const stack = debug && error instanceof Error ? { stack: stackOf(error) } : {};
  if (error instanceof UsageError) {
    return { code: 'usage', detail: `${error.message}\nSee: bramble help ${command}`, ...stack };
  }
  if (error instanceof SomeFailed) return { code: 'some-failed', detail: `${error.message}; see above.`, ...stack };
  if (error instanceof AppError) {
    const requestId = error instanceof RequestRefused ? error.requestId : undefined;
    return {
      code: error.code,
      status: error.status,
      detail: withFields(error),
      ...(requestId !== undefined && { requestId }),
      ...stack,
    };
  }
  return { code: codeOf(error), detail: explainSystemError(error), ...stack };
}

function withFields(error: AppError): string {
  const fields = Object.entries(error.fields ?? {})
    .map(([path, problem]) => `${path}: ${problem}`)
    // The message of a single wrong field says it already.
    .filter((field) => !error.message.includes(field));
  return fields.length === 0 ? error.message : `${error.message} (${fields.join('; ')})`;
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : 'failed';
}

/** The messages of the operating system, in words. */
export function explainSystemError(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return `There is no ${path ?? 'such file'}.`;
    case 'EACCES':
    case 'EPERM':
      return `You may not open ${path ?? 'that'}.`;
    case 'EISDIR':
      return `${path ?? 'That'} is a folder.`;
    case 'ENOTDIR':
      return `A part of ${path ?? 'that path'} is a file, not a folder.`;
    case 'ENOSPC':
      return `The disk that holds ${path ?? 'the target'} is full.`;
    case 'ECONNREFUSED':
      return 'Nothing answers there; is the bramble running? (bramble up)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${(error as { hostname?: string }).hostname ?? 'of the bramble'} is not known here.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The bramble's certificate is for another name. (${message})`;
    case 'EROFS':
      return `The disk that holds ${path ?? 'the target'} is read-only.`;
    default:
      if (isCertificateError(error))
        return `The bramble's certificate is not trusted here (${code}); run bramble login again.`;
      if (error instanceof AggregateError && error.errors.length > 0) return explainSystemError(error.errors[0]);
      return message || String(error);
  }
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
