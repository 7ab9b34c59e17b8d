import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { AppError, InvalidInput, PROBLEM_CONTENT_TYPE, toAppError, toProblem } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { ApiEnv } from './open-api-app.ts';

/** Whatever a route throws, as problem+json; what is not of the `AppError` family is a 500 that is logged and not shown. */
export function answerErrors(logger: Logger): (thrown: Error, c: Context<ApiEnv>) => Response {
  return (thrown, c) => {
    const error = toAppError(thrown instanceof HTTPException ? fromHono(thrown) : thrown);
    const { requestId } = c.var;
    if (error.status >= 500) {
      const fields = { err: error.cause ?? error, requestId, method: c.req.method, path: c.req.path };
      if (error.status === 500) logger.error(fields, 'a request failed');
      else logger.warn(fields, error.message);
    }
    return problemResponse(error, requestId);
  };
}

export function problemResponse(error: AppError, requestId: string | undefined): Response {
  return new Response(JSON.stringify(toProblem(error, requestId)), {
    status: error.status,
    headers: {
      'content-type': PROBLEM_CONTENT_TYPE,
      'cache-control': 'no-store',
      ...(error.status === 401 && { 'www-authenticate': 'Bearer realm="bramble"' }),
      ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
    },
  });
}

/** What the framework itself refuses: JSON that is none, and the like. */
function fromHono(thrown: HTTPException): AppError {
  const options = { cause: thrown };
  if (thrown.status === 400) return new InvalidInput(thrown.message || 'The request cannot be read.', options);
  return new AppError('http-error', thrown.status, 'The request was refused', thrown.message, options);
}
