/** Ports are tried before anything is started, so that one that is in use is told in one line, with the setting's name. */
import { createServer } from 'node:net';
import { Conflict } from '../../common/errors/index.ts';

export interface PortWish {
  /** The setting it comes from, such as `up.httpsPort`. */
  setting: string;
  host: string;
  /** 0 for any free one. */
  port: number;
}

/** The ports to use, in the order of the wishes, all different. @throws Conflict naming the first that cannot be had. */
export async function claimPorts(wishes: readonly PortWish[]): Promise<number[]> {
  await using probes = new AsyncDisposableStack();
  const ports: number[] = [];
  // Fixed ones first, so that none of them is given out as a free one.
  const inOrder = [...wishes.entries()].sort(([, a], [, b]) => Number(a.port === 0) - Number(b.port === 0));
  for (const [index, wish] of inOrder) {
    const { port, close } = await listenOn(wish);
    probes.defer(close);
    ports[index] = port;
  }
  return ports;
}

async function listenOn(wish: PortWish): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host: wish.host, port: wish.port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    throw refusal(wish, error as NodeJS.ErrnoException);
  }
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : wish.port;
  return { port, close: () => new Promise((done) => server.close(() => done())) };
}

function refusal({ setting, host, port }: PortWish, error: NodeJS.ErrnoException): Error {
  const variable = `BRAMBLE_${setting
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new Conflict(
        `port ${port} is in use; stop what listens there, or set ${setting} (${variable}) to another one.`,
        { code: 'port-in-use', cause: error },
      );
    case 'EACCES':
      return new Conflict(`port ${port} needs more rights; set ${setting} (${variable}) to one above 1023.`, {
        code: 'port-not-allowed',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Conflict(
        `${host} is not an address of this machine; set up.host (BRAMBLE_UP_HOST) to one of its own.`,
        {
          code: 'no-such-address',
          cause: error,
        },
      );
    default:
      return error;
  }
}
