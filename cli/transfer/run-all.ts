/** Many transfers, a few at a time. One that fails is reported and the others go on, unless none could succeed. */
import { AppError } from '../../common/errors/index.ts';
import { SomeFailed } from '../command/exit-code.ts';

/** How far the list is read ahead of the work, so that totals are known early. */
const LOOK_AHEAD = 10_000;

export interface RunAllOptions<T> {
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Told of each item as it is found, before it is its turn. */
  found?(item: T): void;
  failed(item: T, error: unknown): void;
  /** One item only: its error is thrown as it is, and reported by whoever catches it. */
  readonly isSingle?: boolean;
  /** Errors reported elsewhere, by whoever makes the items, that count as failures too. */
  readonly others?: readonly unknown[];
}

/** @throws SomeFailed at the end with all errors, or at once what makes going on pointless. */
export async function runAll<T>(
  items: AsyncIterable<T>,
  options: RunAllOptions<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const queue = lookAhead(items, LOOK_AHEAD, signal, (item) => options.found?.(item));
  const worker = async () => {
    for await (const item of { [Symbol.asyncIterator]: () => ({ next: () => queue.next() }) }) {
      try {
        await work(item);
      } catch (error) {
        options.signal.throwIfAborted();
        if (options.isSingle || isHopeless(error)) throw error;
        errors.push(error);
        options.failed(item, error);
      }
    }
  };
  const workers = Array.from({ length: options.parallel }, () => worker());
  try {
    await Promise.all(workers);
  } finally {
    stop.abort(new Error('The other transfers were given up.'));
    await Promise.allSettled(workers);
    await queue.return(undefined);
  }
  errors.push(...(options.others ?? []));
  if (errors.length > 0) throw new SomeFailed(errors);
}

/** The login has ended, or there is no room on either side: every further one would fail alike. */
function isHopeless(error: unknown): boolean {
  if (error instanceof AppError) return error.status === 401 || error.status === 507;
  return (error as NodeJS.ErrnoException).code === 'ENOSPC';
}

/** Reads up to `bound` items ahead of whoever takes them. */
export async function* lookAhead<T>(
  source: AsyncIterable<T>,
  bound: number,
  signal: AbortSignal,
  found: (item: T) => void,
): AsyncGenerator<T, undefined> {
  const ready: T[] = [];
  let state: { done: boolean; error?: unknown } = { done: false };
  let changed = Promise.withResolvers<void>();
  const signalChange = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const producer = (async () => {
    for await (const item of source) {
      ready.push(item);
      found(item);
      signalChange();
      while (ready.length >= bound && !signal.aborted) await changed.promise;
      if (signal.aborted) return;
    }
  })().then(
    () => {
      state = { done: true };
      signalChange();
    },
    (error: unknown) => {
      state = { done: true, error };
      signalChange();
    },
  );
  signal.addEventListener('abort', signalChange, { once: true });
  for (;;) {
    const item = ready.shift();
    if (item !== undefined) {
      signalChange();
      yield item;
    } else if (state.done) {
      await producer;
      if (state.error !== undefined) throw state.error;
      return undefined;
    } else {
      signal.throwIfAborted();
      await changed.promise;
    }
  }
}
