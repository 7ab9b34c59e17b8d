/**
 * The one family of errors that may cross a boundary. Each has a stable `code` (clients may switch on it), an HTTP
 * status, and a detail that is safe to show and says what to do next.
 */
export interface AppErrorOptions {
  /** What stood behind it; logged, never shown. */
  cause?: unknown;
  /** Problems by field path, for input that was refused. */
  fields?: Record<string, string>;
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
  /** Overrides the class's code by a more exact one, kebab-case. */
  code?: string;
}

export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly fields: Record<string, string> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, status: number, title: string, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code ?? code;
    this.status = status;
    this.title = title;
    this.fields = options.fields;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export class InvalidInput extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('invalid-input', 400, 'The request is not valid', detail, options);
  }
}

export class Unauthenticated extends AppError {
  constructor(detail = 'Log in, or send a valid token.', options: AppErrorOptions = {}) {
    super('unauthenticated', 401, 'Who are you?', detail, options);
  }
}

export class Forbidden extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('forbidden', 403, 'Not allowed', detail, options);
  }
}

export class NotFound extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('not-found', 404, 'Not found', detail, options);
  }
}

export class MethodNotAllowed extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('method-not-allowed', 405, 'Method not allowed', detail, options);
  }
}

export class RequestTimeout extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('request-timeout', 408, 'The request took too long', detail, options);
  }
}

export class Conflict extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('conflict', 409, 'Conflict with the present state', detail, options);
  }
}

export class PreconditionFailed extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('precondition-failed', 412, 'Precondition failed', detail, options);
  }
}

export class TooLarge extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('too-large', 413, 'Too large', detail, options);
  }
}

export class RangeNotSatisfiable extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('range-not-satisfiable', 416, 'No such range', detail, options);
  }
}

export class Unprocessable extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('unprocessable', 422, 'Cannot be processed', detail, options);
  }
}

export class TooManyRequests extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('too-many-requests', 429, 'Too many requests', detail, options);
  }
}

export class InternalError extends AppError {
  constructor(
    detail = 'Something went wrong here; the request id finds it in the logs.',
    options: AppErrorOptions = {},
  ) {
    super('internal', 500, 'Internal error', detail, options);
  }
}

export class BadGateway extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('bad-gateway', 502, 'A process inside did not answer as it should', detail, options);
  }
}

export class Unavailable extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('unavailable', 503, 'Not available now', detail, { retryAfterSeconds: 2, ...options });
  }
}

export class GatewayTimeout extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('gateway-timeout', 504, 'A process inside did not answer in time', detail, options);
  }
}

export class InsufficientStorage extends AppError {
  constructor(detail: string, options: AppErrorOptions = {}) {
    super('insufficient-storage', 507, 'No room left', detail, options);
  }
}
