/** Bytes from the network to a stream, counted when the stream has taken them: what was counted is never lost after. */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** Leaves `to` open, also when the body breaks off. @throws what broke, the body's error or the stream's. */
export async function writeBody(body: Readable, to: Writable, took: (bytes: number) => void): Promise<void> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined); // looked at only while waiting
  const fail = (error: Error) => {
    failed.reject(error);
    body.destroy(error);
  };
  to.once('error', fail);
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      const hasRoom = to.write(piece);
      took(piece.length);
      if (!hasRoom) await Promise.race([once(to, 'drain'), failed.promise]);
    }
    if (to.errored) throw to.errored;
  } finally {
    to.off('error', fail);
  }
}

/** The same into a file, which is closed with all that came on it, whole or not. */
export async function writeFileBody(body: Readable, file: Writable, took: (bytes: number) => void): Promise<void> {
  const closed = finished(file);
  closed.catch(() => undefined); // thrown below, unless the body's own error comes first
  try {
    await writeBody(body, file, took);
  } finally {
    file.end();
    await closed;
  }
}
