/**
 * Takes the bytes out of `aws-chunked` content, whatever pieces it comes in; keeps no more than one unfinished line.
 * A chunk's signature is known to be right only at its end, when its bytes have gone on already: nothing may be committed
 * before `end` has returned.
 */
import { parseChunkHeader } from './chunk-header.ts';
import type { ChunkSignatures } from './chunk-signatures.ts';
import { bodyCut, bodyLengthWrong, chunkMalformed, trailerMalformed } from './refusals.ts';
import { Trailer } from './trailer.ts';

const MAX_HEADER_BYTES = 1024;
const MAX_TRAILER_BYTES = 16 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/** In `data-end`, the line break behind a chunk's bytes is still to come; `end`: the one behind the last chunk. */
type State = 'header' | 'data' | 'data-end' | 'trailer' | 'end' | 'done';

export interface ChunkedOptions {
  /** Of the decoded bytes. */
  size: number;
  hasTrailer: boolean;
  signatures: ChunkSignatures | undefined;
}

export class ChunkedDecoder {
  readonly #options: ChunkedOptions;
  readonly #trailer: Trailer;
  #state: State = 'header';
  /** Bytes of the present chunk that are still to come. */
  #left = 0;
  #decoded = 0;
  /** An unfinished line, latin1. */
  #line = '';
  #trailerBytes = 0;

  constructor(options: ChunkedOptions) {
    this.#options = options;
    this.#trailer = new Trailer(options.signatures);
  }

  get trailers(): ReadonlyMap<string, string> {
    return this.#trailer.values;
  }

  /** Gives `emit` views of `piece`. @throws S3Error */
  write(piece: Buffer, emit: (bytes: Buffer) => void): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#state === 'data') at = this.#takeData(piece, at, emit);
      else if (this.#state === 'done') throw chunkMalformed('something follows its end');
      else at = this.#takeLine(piece, at);
    }
  }

  /** The body is over. @throws S3Error when it is not whole. */
  end(): void {
    if (this.#state !== 'done') throw bodyCut();
  }

  #takeData(piece: Buffer, at: number, emit: (bytes: Buffer) => void): number {
    const bytes = piece.subarray(at, at + this.#left);
    this.#options.signatures?.update(bytes);
    this.#left -= bytes.length;
    emit(bytes);
    if (this.#left === 0) {
      this.#options.signatures?.end();
      this.#state = 'data-end';
    }
    return at + bytes.length;
  }

  #takeLine(piece: Buffer, at: number): number {
    const lineEnd = piece.indexOf(LF, at);
    const until = lineEnd < 0 ? piece.length : lineEnd;
    this.#bound(this.#line.length + until - at);
    this.#line += piece.toString('latin1', at, until);
    if (lineEnd < 0) return piece.length;
    const line = this.#line.charCodeAt(this.#line.length - 1) === CR ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    this.#onLine(line);
    return lineEnd + 1;
  }

  #bound(lineBytes: number): void {
    if (this.#state !== 'trailer') {
      if (lineBytes > MAX_HEADER_BYTES) throw chunkMalformed('the line before a chunk is too long');
    } else if (this.#trailerBytes + lineBytes > MAX_TRAILER_BYTES) {
      throw trailerMalformed(`it has more than ${MAX_TRAILER_BYTES} bytes`);
    }
  }

  #onLine(line: string): void {
    switch (this.#state) {
      case 'header':
        this.#onHeader(line);
        return;
      case 'data-end':
        if (line !== '') throw chunkMalformed('a chunk is longer than its size');
        this.#state = 'header';
        return;
      case 'end':
        if (line !== '') throw chunkMalformed('something follows the last chunk');
        this.#state = 'done';
        return;
      default:
        this.#onTrailerLine(line);
    }
  }

  #onHeader(line: string): void {
    const { size, signature } = parseChunkHeader(line);
    const { signatures, hasTrailer } = this.#options;
    if (signatures) {
      if (signature === undefined) throw chunkMalformed('a chunk is not signed');
      signatures.begin(signature);
    }
    this.#decoded += size;
    if (this.#decoded > this.#options.size) throw bodyLengthWrong('x-amz-decoded-content-length');
    if (size > 0) {
      this.#left = size;
      this.#state = 'data';
      return;
    }
    signatures?.end();
    if (this.#decoded < this.#options.size) throw bodyLengthWrong('x-amz-decoded-content-length');
    this.#state = hasTrailer ? 'trailer' : 'end';
  }

  #onTrailerLine(line: string): void {
    if (line !== '') {
      this.#trailerBytes += line.length;
      this.#trailer.addLine(line);
      return;
    }
    this.#trailer.end();
    this.#state = 'done';
  }
}
