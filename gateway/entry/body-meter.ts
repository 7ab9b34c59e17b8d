/**
 * Counts a request's body as it arrives from the wire, and what is sent back, without touching the streams' flow: `push`
 * is where Node puts received bytes into the request, for HTTP/1.1 and HTTP/2 alike.
 */
import type { RequestStream, ResponseStream } from '../routing/index.ts';

export class BodyMeter {
  receivedBytes = 0;
  sentBytes = 0;
  readonly #request: RequestStream;

  constructor(request: RequestStream, response: ResponseStream, onReceived: (receivedBytes: number) => void) {
    this.#request = request;
    const push = request.push;
    request.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
      if (chunk) {
        this.receivedBytes += chunk.length;
        onReceived(this.receivedBytes);
      }
      return push.call(request, chunk, encoding);
    };
    this.#countWrites(response);
  }

  /** Whether the next bytes are the caller's to send: nothing received lies unread, and the body is not complete. */
  get isWaitingForCaller(): boolean {
    const request = this.#request;
    return !request.complete && !request.destroyed && request.readableLength === 0;
  }

  #countWrites(response: ResponseStream): void {
    const { write, end } = response;
    const count = (chunk: unknown, encoding: unknown) => {
      if (chunk instanceof Uint8Array) this.sentBytes += chunk.length;
      else if (typeof chunk === 'string') {
        this.sentBytes += Buffer.byteLength(
          chunk,
          typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8',
        );
      }
    };
    response.write = ((...args: Parameters<typeof write>) => {
      count(args[0], args[1]);
      return write.apply(response, args);
    }) as typeof write;
    response.end = ((...args: Parameters<typeof end>) => {
      count(args[0], args[1]);
      return end.apply(response, args);
    }) as typeof end;
  }
}
