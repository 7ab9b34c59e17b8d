/** Draws the progress line while transfers run: on a terminal only, ten times a second, cursor hidden, gone at the end. */
import type { Clock } from '../../common/clock/index.ts';
import { renderProgress } from './progress-line.ts';
import type { Terminal } from './terminal.ts';

const INTERVAL_MS = 100;
/** The rate is that of about the last five seconds. */
const RATE_WINDOW_MS = 5_000;

export class Progress implements Disposable {
  readonly #stream: Terminal['stderr'];
  readonly #color: boolean;
  readonly #clock: Clock;
  readonly #names = new Set<string>();
  readonly #samples: { at: number; bytes: number }[] = [];
  #timer: Disposable | undefined;
  #shown = false;
  #movedBytes = 0;
  #doneBytes = 0;
  #totalBytes: number | undefined = 0;
  #doneFiles = 0;
  #totalFiles = 0;

  constructor(stream: Terminal['stderr'], color: boolean, clock: Clock) {
    this.#stream = stream;
    this.#color = color;
    this.#clock = clock;
    this.#samples.push({ at: clock.monotonic(), bytes: 0 });
    this.#draw();
  }

  /** A file to come, of `bytes` when that is known. */
  expect(bytes: number | undefined): void {
    this.#totalFiles += 1;
    this.#totalBytes = bytes === undefined || this.#totalBytes === undefined ? undefined : this.#totalBytes + bytes;
  }

  begin(name: string): void {
    this.#names.add(name);
  }

  /** `bytes` more went over the wire; negative when they have to be sent again. */
  advance(bytes: number): void {
    this.#doneBytes += bytes;
    this.#movedBytes += Math.max(0, bytes);
  }

  /** Bytes that were there from an earlier run: done, but no measure of the rate. */
  skip(bytes: number): void {
    this.#doneBytes += bytes;
  }

  end(name: string): void {
    this.#names.delete(name);
    this.#doneFiles += 1;
  }

  /** Takes the line away so that something else can be printed; the next tick brings it back. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\u001b[2K\u001b[?25h');
    this.#shown = false;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.clear();
  }

  #draw(): void {
    const now = this.#clock.monotonic();
    this.#samples.push({ at: now, bytes: this.#movedBytes });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > RATE_WINDOW_MS) this.#samples.shift();
    const oldest = this.#samples[0] ?? { at: now, bytes: 0 };
    const elapsed = now - oldest.at;
    if (this.#names.size > 0) {
      const line = renderProgress(
        {
          names: [...this.#names],
          doneBytes: this.#doneBytes,
          totalBytes: this.#totalBytes,
          doneFiles: this.#doneFiles,
          totalFiles: this.#totalFiles,
          bytesPerSecond: elapsed === 0 ? 0 : ((this.#movedBytes - oldest.bytes) / elapsed) * 1000,
        },
        // The last column is left free: some terminals wrap when it is written.
        (this.#stream.columns ?? 80) - 1,
        this.#color,
      );
      this.#stream.write(`${this.#shown ? '' : '\u001b[?25l'}\r${line}\u001b[K`);
      this.#shown = true;
    }
    this.#timer = this.#clock.setTimer(INTERVAL_MS, () => this.#draw());
  }
}
