import type { OutgoingHttpHeaders } from 'node:http';
import { messageOf, type S3ErrorCode, statusOf } from './codes.ts';

export interface S3ErrorOptions {
  /** Instead of S3's usual words for the code. */
  message?: string;
  /** Instead of the code's usual one. */
  status?: number;
  /** Further elements of the answer, in order: `{ ArgumentName: 'max-keys' }`. */
  elements?: Record<string, string>;
  headers?: OutgoingHttpHeaders;
  cause?: unknown;
}

/** A refusal in S3's words: thrown anywhere below the S3 door, answered as XML. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly elements: Readonly<Record<string, string>>;
  readonly headers: OutgoingHttpHeaders;

  constructor(code: S3ErrorCode, options: S3ErrorOptions = {}) {
    super(options.message ?? messageOf(code), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'S3Error';
    this.code = code;
    this.status = options.status ?? statusOf(code);
    this.elements = options.elements ?? {};
    this.headers = options.headers ?? {};
  }
}

/** An argument that cannot be, told by name and value as S3 does. */
export function invalidArgument(name: string, value: string, message: string): S3Error {
  return new S3Error('InvalidArgument', { message, elements: { ArgumentName: name, ArgumentValue: value } });
}
