/** The head of an HTTP/1.1 answer of our own internal servers, which announce the length of every body (RFC 9112 §4). */
import { BadGateway } from '../errors/index.ts';

export interface AnswerHead {
  status: number;
  /** Of the body, in bytes. */
  contentLength: number;
  /** Of the head itself, the empty line included. */
  bytes: number;
}

const END = '\r\n\r\n';

/** Undefined when `bytes` does not hold all of it yet. @throws BadGateway when it is none, or has no length. */
export function parseAnswerHead(bytes: Buffer): AnswerHead | undefined {
  const end = bytes.indexOf(END);
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = /^HTTP\/1\.1 ([2-5]\d\d) /.exec(statusLine)?.[1];
  const lengths = lines.filter((line) => /^content-length:/i.test(line)).map((line) => line.slice(15).trim());
  const [length] = lengths;
  if (status === undefined || length === undefined || lengths.length > 1 || !/^\d{1,15}$/.test(length)) {
    throw new BadGateway('The answer is not HTTP/1.1 with the length of its body.');
  }
  return { status: Number(status), contentLength: Number(length), bytes: end + END.length };
}
