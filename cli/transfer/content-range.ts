/** What part of the object an answer carries (RFC 9110 §14.4). */
import { AppError } from '../../common/errors/index.ts';

interface Answer {
  readonly status: number;
  readonly headers: { readonly 'content-range'?: string | undefined; readonly 'content-length'?: string | undefined };
}

/** Where in the object the body begins. @throws AppError for a partial answer that does not say. */
export function firstByteOf({ status, headers }: Answer): number {
  if (status !== 206) return 0;
  const [, first] = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  if (first === undefined) {
    throw new AppError('bad-answer', 500, 'Not a good answer', 'A part of an object came without saying which.');
  }
  return Number(first);
}

/** Bytes of the whole object, when the answer says. */
export function totalBytesOf({ status, headers }: Answer): number | undefined {
  const text = status === 206 ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length'];
  return text === undefined ? undefined : Number(text);
}
