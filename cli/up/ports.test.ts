import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { claimPorts } from './ports.ts';

test('free ports are all different, and can be listened on afterwards', async () => {
  const wish = { setting: 'up.internalPort', host: '127.0.0.1', port: 0 };
  const ports = await claimPorts(Array.from({ length: 8 }, () => wish));
  expect(new Set(ports).size).toBe(8);
  expect(await claimPorts(ports.map((port) => ({ ...wish, port })))).toEqual(ports);
});

test('a port in use is refused by its number, with the setting that changes it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(claimPorts([{ setting: 'up.httpsPort', host: '127.0.0.1', port }])).rejects.toThrow(
      `port ${port} is in use; stop what listens there, or set up.httpsPort (BRAMBLE_UP_HTTPS_PORT) to another one.`,
    );
  } finally {
    server.close();
  }
});

test('an address that is not this machine’s is refused', async () => {
  await expect(claimPorts([{ setting: 'up.httpsPort', host: '192.0.2.1', port: 0 }])).rejects.toThrow(
    /192\.0\.2\.1 is not an address of this machine/,
  );
});
