/** Takes a request's body as it arrives: checksum, idle deadline, and small pieces put together. */
import type { IncomingMessage } from 'node:http';
import { crc32c } from '../../common/checksum/index.ts';
import type { Clock } from '../../common/clock/index.ts';
import { InvalidInput, RequestTimeout } from '../../common/errors/index.ts';
import type { ReplayableBody } from './replayable-body.ts';

export interface ReceiveOptions {
  clock: Clock;
  /** How long the sender may pause. */
  idleTimeoutMs: number;
  /** Told of every piece, in order. */
  onPiece?: (piece: Uint8Array) => void;
}

/** Pieces below this are copied together, so that a sender of single bytes costs bytes and not objects. */
const SMALL_PIECE_BYTES = 1024;
const GATHER_BYTES = 16 * 1024;

/**
 * Fills `body` from `request`; answers the CRC-32C of all of it.
 * @throws InvalidInput `truncated-body`, RequestTimeout; the body fails with the same.
 */
export async function receiveBody(
  request: IncomingMessage,
  body: ReplayableBody,
  options: ReceiveOptions,
): Promise<number> {
  let checksum = 0;
  const take = (piece: Uint8Array) => {
    checksum = crc32c(piece, checksum);
    options.onPiece?.(piece);
    body.push(piece);
  };
  const gathered = new GatheredPieces(take);
  let seen = 0;
  let lastPiece = options.clock.monotonic();
  let timer: Disposable | undefined;
  const check = () => {
    if (options.clock.monotonic() - lastPiece >= options.idleTimeoutMs) {
      body.fail(new RequestTimeout(`Nothing was sent for ${options.idleTimeoutMs} ms.`));
    } else timer = options.clock.setTimer(options.idleTimeoutMs / 4, check);
  };
  const onData = (piece: Buffer) => {
    lastPiece = options.clock.monotonic();
    seen += piece.length;
    if (piece.length >= SMALL_PIECE_BYTES) {
      gathered.flush();
      take(piece);
    } else gathered.add(piece);
    if (seen === body.length) gathered.flush();
  };
  const onClose = () => body.fail(new InvalidInput('The body ended too early.', { code: 'truncated-body' }));
  request.on('data', onData);
  request.on('close', onClose);
  request.on('error', onClose);
  check();
  try {
    await body.ended;
    return checksum;
  } finally {
    timer?.[Symbol.dispose]();
    request.off('data', onData);
    request.off('close', onClose);
  }
}

class GatheredPieces {
  readonly #take: (piece: Uint8Array) => void;
  #buffer: Buffer | undefined;
  #filled = 0;

  constructor(take: (piece: Uint8Array) => void) {
    this.#take = take;
  }

  add(piece: Buffer): void {
    if (this.#filled + piece.length > GATHER_BYTES) this.flush();
    this.#buffer ??= Buffer.allocUnsafeSlow(GATHER_BYTES);
    piece.copy(this.#buffer, this.#filled);
    this.#filled += piece.length;
  }

  flush(): void {
    if (this.#buffer && this.#filled > 0) this.#take(this.#buffer.subarray(0, this.#filled));
    this.#buffer = undefined;
    this.#filled = 0;
  }
}
