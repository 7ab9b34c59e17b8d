/** Answers what the HTTP/1.1 parser refused before there was a request: the problem, written straight to the socket. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type AppError,
  InvalidInput,
  PROBLEM_CONTENT_TYPE,
  RequestTimeout,
  toProblem,
} from '../../common/errors/index.ts';
import { uriTooLong } from '../routing/index.ts';
import { headersTooLarge } from './request-head.ts';

export interface ParserError extends Error {
  code?: string;
  /** The packet that the parser was in. */
  rawPacket?: Buffer;
}

/** The parser's error in our words; undefined when the connection itself broke and there is nobody to answer. */
export function parserRefusal(
  error: ParserError,
  limits: { headerBytes: number; urlBytes: number },
): AppError | undefined {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      if (isInsideRequestLine(error.rawPacket, limits.urlBytes)) return uriTooLong(limits.urlBytes);
      return headersTooLarge(`${limits.headerBytes} bytes of headers`);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestTimeout('The headers did not come in time.', { code: 'headers-too-slow' });
    default:
      if (!error.code?.startsWith('HPE_')) return undefined;
      return new InvalidInput('The request is not valid HTTP/1.1.', { code: 'malformed-request', cause: error });
  }
}

export function writeRefusal(socket: Duplex, error: AppError, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(toProblem(error, requestId));
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? error.title}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function isInsideRequestLine(packet: Buffer | undefined, urlBytes: number): boolean {
  const end = packet?.indexOf('\r\n') ?? -1;
  return packet !== undefined && (end < 0 || end > urlBytes + 'OPTIONS  HTTP/1.1'.length);
}
