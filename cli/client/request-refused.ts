import { AppError, fromProblem, isProblem } from '../../common/errors/index.ts';
import { type HttpsResponse, readText } from './https-client.ts';

const PROBLEM_LIMIT_BYTES = 64 * 1024;

/** The bramble's own words on why not, with the request's id to look it up by. */
export class RequestRefused extends AppError {
  readonly requestId: string | undefined;

  constructor(error: AppError, requestId: string | undefined) {
    super(error.code, error.status, error.title, error.message, {
      ...(error.fields && { fields: error.fields }),
      ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
    });
    this.requestId = requestId;
  }

  /** Reads the answer's problem+json; says what it can when there is none (HEAD, or some proxy's page). */
  static async from(response: HttpsResponse, what: string): Promise<RequestRefused> {
    const text = await readText(response.body, PROBLEM_LIMIT_BYTES);
    const headerId = response.headers['x-request-id'];
    const retryAfter = Number(response.headers['retry-after']);
    const problem = parseProblem(text);
    if (problem) return new RequestRefused(fromProblem(problem), problem.requestId ?? textOf(headerId));
    return new RequestRefused(
      new AppError(
        'unknown',
        response.status,
        'Refused',
        `${what}: ${STATUS_WORDS[response.status] ?? `answered ${response.status}`}.`,
        {
          ...(Number.isFinite(retryAfter) && { retryAfterSeconds: retryAfter }),
        },
      ),
      textOf(headerId),
    );
  }
}

const STATUS_WORDS: Record<number, string> = {
  401: 'log in first (bramble login)',
  403: 'not allowed',
  404: 'there is no such thing',
  412: 'it is there already, or has changed',
  429: 'too many requests',
  503: 'not available now',
};

function parseProblem(text: string): (Parameters<typeof fromProblem>[0] & { requestId?: string }) | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : undefined;
  } catch {
    return undefined; // no JSON: the status has to speak
  }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
