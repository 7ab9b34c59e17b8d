/** Moves a stream's bytes to where they go, no faster than they are taken, and gives up when none come. */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../common/clock/index.ts';
import { GatewayTimeout, Unavailable } from '../../../common/errors/index.ts';

/** Takes a piece; a promise means: no more until it resolves. */
export type Sink = (piece: Buffer) => Promise<void> | undefined;

export interface PumpOptions {
  clock: Clock;
  /** How long nothing may come while it is waited for. */
  stallMs: number;
  signal: AbortSignal;
}

/** Resolves at the end of `source`. @throws its error, GatewayTimeout when it stalls, or what the sink throws. */
export async function pump(source: Readable, sink: Sink, options: PumpOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { clock, stallMs, signal } = options;
  let isPaused = false;
  let lastMoveMs = clock.monotonic();
  let timer: Disposable | undefined;
  const watch = () => {
    timer = clock.setTimer(stallMs / 4, () => {
      if (!isPaused && clock.monotonic() - lastMoveMs >= stallMs) reject(stalled(stallMs));
      else watch();
    });
  };
  const onAbort = () => reject(signal.reason);
  source.on('data', (piece: Buffer) => {
    lastMoveMs = clock.monotonic();
    let taken: Promise<void> | undefined;
    try {
      taken = sink(piece);
    } catch (error) {
      reject(error);
      return;
    }
    if (!taken) return;
    isPaused = true;
    source.pause();
    taken.then(() => {
      isPaused = false;
      lastMoveMs = clock.monotonic();
      source.resume();
    }, reject);
  });
  source.once('end', resolve);
  source.once('error', reject);
  source.once('close', () => reject(new Unavailable('The chunkserver ended the stream before its end.')));
  signal.addEventListener('abort', onAbort, { once: true });
  watch();
  try {
    if (signal.aborted) onAbort();
    await promise;
  } finally {
    timer?.[Symbol.dispose]();
    signal.removeEventListener('abort', onAbort);
    // Destroying may raise one more error, of a stream that nobody waits for any more.
    source.on('error', () => undefined);
    if (!source.readableEnded) source.destroy();
  }
}

function stalled(stallMs: number): GatewayTimeout {
  return new GatewayTimeout(`A chunkserver sent nothing for ${stallMs} ms.`, { code: 'replica-stalled' });
}
