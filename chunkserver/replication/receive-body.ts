/** Takes a request's body as it arrives, with an idle deadline. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../common/clock/index.ts';
import { InvalidInput, RequestTimeout } from '../../common/errors/index.ts';
import type { ReplayableBody } from './replayable-body.ts';

export interface ReceiveOptions {
  clock: Clock;
  /** How long the sender may pause. */
  idleTimeoutMs: number;
  /** Told after every piece; what has arrived is in the body. */
  onProgress?: () => void;
}

/** Fills `body`. @throws InvalidInput `truncated-body`, RequestTimeout; the body fails with the same. */
export async function receiveBody(
  request: IncomingMessage,
  body: ReplayableBody,
  options: ReceiveOptions,
): Promise<void> {
  const { clock, idleTimeoutMs, onProgress } = options;
  let lastPiece = clock.monotonic();
  let timer: Disposable | undefined;
  const check = () => {
    if (clock.monotonic() - lastPiece >= idleTimeoutMs) {
      body.fail(new RequestTimeout(`Nothing was sent for ${idleTimeoutMs} ms.`));
    } else {
      timer = clock.setTimer(idleTimeoutMs / 4, check);
    }
  };
  const onData = (piece: Buffer) => {
    lastPiece = clock.monotonic();
    body.push(piece);
    onProgress?.();
  };
  const onClose = () => body.fail(new InvalidInput('The body ended too early.', { code: 'truncated-body' }));
  request.on('data', onData);
  request.once('close', onClose);
  request.once('error', onClose);
  check();
  try {
    await body.ended;
  } finally {
    timer?.[Symbol.dispose]();
    request.off('data', onData);
    request.off('close', onClose);
  }
}
