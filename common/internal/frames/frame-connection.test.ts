import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../../clock/index.ts';
import { FrameConnection } from './frame-connection.ts';

const MIB = 2 ** 20;

test('what waits for the handshake is bounded like what waits to be sent, and there is room again for what was given up', async () => {
  const silent = new Set<Socket>();
  const server = createServer((socket) => silent.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const connection = new FrameConnection({ host: '127.0.0.1', port }, 'The other side', systemClock);
  try {
    const stop = new AbortController();
    const send = (signal?: AbortSignal) =>
      connection.send(
        { path: '/p', requestId: 'r', head: new Uint8Array(), body: [new Uint8Array(8 * MIB)] },
        {
          timeoutMs: 60_000,
          signal,
        },
      );
    const ended = Array.from({ length: 9 }, () => send(stop.signal).catch((error: Error) => error.message));
    expect(await ended.at(-1)).toBe('Too many calls wait for The other side; try again soon.');
    stop.abort(new Error('given up'));
    expect(await Promise.all(ended.slice(0, -1))).toEqual(Array.from({ length: 8 }, () => 'given up'));
    const again = send().catch((error: Error) => error.message);
    connection.destroy();
    expect(await again).toBe('The connection to The other side was closed here.');
  } finally {
    connection.destroy();
    for (const socket of silent) socket.destroy();
    server.close();
  }
});
