/**
 * Reads a request's body whole, up to a limit, before anything else looks at it. The framework's own limit makes a new
 * `Request` out of the old one, which the server's lightweight requests do not allow; here it is made of their parts.
 */
import type { MiddlewareHandler } from 'hono';
import { TooLarge } from '../../common/errors/index.ts';
import type { ApiEnv } from './open-api-app.ts';

const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function readBody(limitBytes: number): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (BODILESS.has(c.req.method)) return await next();
    // What is told too large is refused unread; what is not told is counted as it comes.
    if (Number(c.req.header('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes);
    const { body } = c.req.raw;
    if (body) {
      const { method, raw, url } = c.req;
      c.req.raw = new Request(url, { method, headers: raw.headers, body: await collect(body, limitBytes) });
    }
    await next();
  };
}

/** @throws TooLarge as soon as there are more than `limitBytes`; the rest is not read. */
async function collect(body: ReadableStream<Uint8Array>, limitBytes: number): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    pieces.push(piece);
  }
  const whole = new Uint8Array(size);
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole.buffer;
}

function tooLarge(limitBytes: number): TooLarge {
  return new TooLarge(`The body may have ${limitBytes} bytes at most.`);
}
