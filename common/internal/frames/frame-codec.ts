/**
 * Calls between processes as frames over one connection, many at once (docs/internals/frames.md). Little-endian:
 *
 *     u32 head bytes | u32 body bytes | u32 number of the call | u8 kind | u8 path bytes | u8 request id bytes | u8 zero
 *
 * then path, request id, head and body. The head is CBOR: what is asked, what is answered, or the problem. The body rides
 * along as it is. Path and request id are those of calls alone.
 */
import { BadGateway } from '../../errors/index.ts';

/** What both sides name in the TLS handshake (ALPN, RFC 7301) when they mean frames and not HTTP. */
export const FRAMES_PROTOCOL = 'bramble-frames/1';
export const FRAME_HEADER_BYTES = 16;
/** Head and body of one frame, at most. */
export const FRAME_BYTES = 16 * 1024 * 1024;

const KINDS = ['call', 'answer', 'problem', 'cancel'] as const;
export type FrameKind = (typeof KINDS)[number];
const SHORT_TEXT_BYTES = 255;

export interface Frame {
  kind: FrameKind;
  /** Chosen by who calls; the answer has the same. */
  call: number;
  path: string;
  requestId: string;
  head: Buffer;
  body: Buffer;
}

export interface OutgoingFrame {
  kind: FrameKind;
  call: number;
  path?: string;
  requestId?: string;
  head?: Uint8Array;
  /** Pieces that follow one another. */
  body?: readonly Uint8Array[];
}

/** The frame in one buffer of its own, so that it is one write and one pass of encryption. */
export function encodeFrame({ kind, call, path = '', requestId = '', head, body = [] }: OutgoingFrame): Buffer {
  const headBytes = head?.byteLength ?? 0;
  const bodyBytes = body.reduce((sum, piece) => sum + piece.byteLength, 0);
  const pathBytes = Buffer.byteLength(path);
  const requestIdBytes = Buffer.byteLength(requestId);
  if (pathBytes > SHORT_TEXT_BYTES || requestIdBytes > SHORT_TEXT_BYTES || headBytes + bodyBytes > FRAME_BYTES) {
    throw new RangeError(`A frame to ${path} is too long: ${headBytes} and ${bodyBytes} bytes.`);
  }
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + pathBytes + requestIdBytes + headBytes + bodyBytes);
  frame.writeUInt32LE(headBytes, 0);
  frame.writeUInt32LE(bodyBytes, 4);
  frame.writeUInt32LE(call, 8);
  frame[12] = KINDS.indexOf(kind);
  frame[13] = pathBytes;
  frame[14] = requestIdBytes;
  frame[15] = 0;
  let at = FRAME_HEADER_BYTES;
  at += frame.write(path, at);
  at += frame.write(requestId, at);
  if (head) frame.set(head, at);
  at += headBytes;
  for (const piece of body) {
    frame.set(piece, at);
    at += piece.byteLength;
  }
  return frame;
}

/** Takes the bytes of a connection as they come, and gives the frames. After it threw, the connection is of no use. */
export class FrameDecoder {
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerFilled = 0;
  /** What follows the header, when it did not come in one piece. */
  #rest: Buffer | undefined;
  #restFilled = 0;

  /** Frames are views of `bytes` where they lie in it whole. @throws BadGateway when these are no frames. */
  push(bytes: Buffer, onFrame: (frame: Frame) => void): void {
    let at = 0;
    for (;;) {
      if (this.#headerFilled < FRAME_HEADER_BYTES) {
        const taken = bytes.copy(this.#header, this.#headerFilled, at, at + FRAME_HEADER_BYTES - this.#headerFilled);
        this.#headerFilled += taken;
        at += taken;
        if (this.#headerFilled < FRAME_HEADER_BYTES) return;
        assertHeader(this.#header);
      }
      const length = restLength(this.#header);
      if (!this.#rest && bytes.length - at >= length) {
        this.#headerFilled = 0;
        onFrame(frameOf(this.#header, bytes.subarray(at, at + length)));
        at += length;
      } else {
        this.#rest ??= Buffer.allocUnsafeSlow(length);
        const taken = bytes.copy(this.#rest, this.#restFilled, at, at + length - this.#restFilled);
        this.#restFilled += taken;
        at += taken;
        if (this.#restFilled < length) return;
        const rest = this.#rest;
        this.#rest = undefined;
        this.#restFilled = 0;
        this.#headerFilled = 0;
        onFrame(frameOf(this.#header, rest));
      }
    }
  }
}

function assertHeader(header: Buffer): void {
  const size = header.readUInt32LE(0) + header.readUInt32LE(4);
  if (KINDS[header[12] ?? 0xff] === undefined || header[15] !== 0) throw new BadGateway('These are no frames.');
  if (size > FRAME_BYTES) throw new BadGateway(`A frame of ${size} bytes is longer than any may be.`);
}

function restLength(header: Buffer): number {
  return header.readUInt32LE(0) + header.readUInt32LE(4) + (header[13] ?? 0) + (header[14] ?? 0);
}

function frameOf(header: Buffer, rest: Buffer): Frame {
  const requestIdAt = header[13] ?? 0;
  const headAt = requestIdAt + (header[14] ?? 0);
  const bodyAt = headAt + header.readUInt32LE(0);
  return {
    kind: KINDS[header[12] ?? 0] ?? 'cancel',
    call: header.readUInt32LE(8),
    path: requestIdAt === 0 ? '' : rest.toString('utf8', 0, requestIdAt),
    requestId: headAt === requestIdAt ? '' : rest.toString('utf8', requestIdAt, headAt),
    head: rest.subarray(headAt, bodyAt),
    body: rest.subarray(bodyAt),
  };
}
