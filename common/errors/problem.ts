/** Errors on the wire: RFC 9457 `application/problem+json`, made from and parsed back into the `AppError` family. */
import { AppError, InternalError } from './app-error.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';
const TYPE_PREFIX = 'urn:bramble:problem:';

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Record<string, string>;
  requestId?: string;
  retryAfterSeconds?: number;
}

/** Anything thrown becomes an `AppError`; what is not one is a 500 that shows nothing of the inside. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new InternalError(undefined, { cause: thrown });
}

export function toProblem(thrown: unknown, requestId?: string): Problem {
  const error = toAppError(thrown);
  return {
    type: TYPE_PREFIX + error.code,
    title: error.title,
    status: error.status,
    detail: error.message,
    ...(error.fields && { errors: error.fields }),
    ...(requestId && { requestId }),
    ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
  };
}

export function fromProblem(problem: Problem): AppError {
  const code = problem.type.startsWith(TYPE_PREFIX) ? problem.type.slice(TYPE_PREFIX.length) : 'unknown';
  return new AppError(code, problem.status, problem.title, problem.detail, {
    ...(problem.errors && { fields: problem.errors }),
    ...(problem.retryAfterSeconds !== undefined && { retryAfterSeconds: problem.retryAfterSeconds }),
  });
}

export function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { type, title, status, detail } = value as Record<string, unknown>;
  return [type, title, detail].every((field) => typeof field === 'string') && typeof status === 'number';
}
