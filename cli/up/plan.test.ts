import { expect, test } from 'vitest';
import { loadConfig } from '../../common/config/index.ts';
import { upConfig } from './config.ts';
import { planProcesses, portWishes } from './plan.ts';

const config = (env: Record<string, string> = {}) => loadConfig('up', upConfig, { env });

test('internal ports follow each other from the base, or are all free ones', () => {
  expect(portWishes(config()).map(({ port }) => port)).toEqual([8443, 8080, 8444, 7440, 7441, 7442, 7443, 7444]);
  const free = portWishes(config({ BRAMBLE_UP_INTERNAL_PORT: '0', BRAMBLE_UP_CHUNKSERVERS: '1' }));
  expect(free.map(({ port }) => port)).toEqual([8443, 8080, 8444, 0, 0, 0]);
});

test('internal ports are on loopback, whatever address people reach the gateway at', () => {
  const wishes = portWishes(config({ BRAMBLE_UP_HOST: '0.0.0.0' }));
  expect(wishes.map(({ host }) => host).slice(0, 4)).toEqual(['0.0.0.0', '0.0.0.0', '0.0.0.0', '127.0.0.1']);
  const { gateway } = planProcesses(config({ BRAMBLE_UP_HOST: '0.0.0.0' }), '/data', [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(gateway.env).toMatchObject({
    BRAMBLE_GATEWAY_HOST: '"0.0.0.0"',
    BRAMBLE_GATEWAY_S3_PORT: '3',
    BRAMBLE_GATEWAY_INTERNAL_HOST: '"127.0.0.1"',
  });
});

test('every process has its own folders, and everyone’s first identity is known to control', () => {
  const plan = planProcesses(config(), '/data', [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(plan.chunkservers.map(({ env }) => env.BRAMBLE_CHUNKSERVER_DATA_FOLDER)).toEqual([
    '"/data/chunkserver-1"',
    '"/data/chunkserver-2"',
    '"/data/chunkserver-3"',
  ]);
  expect(JSON.parse(plan.control.env.BRAMBLE_CONTROL_BOOTSTRAP_IDENTITIES ?? '')).toEqual([
    { role: 'control', node: 'node-1', folder: '/data/control/identity' },
    { role: 'gateway', node: 'node-1', folder: '/data/gateway/identity' },
    { role: 'chunkserver', node: 'node-1', folder: '/data/chunkserver-1/identity' },
    { role: 'chunkserver', node: 'node-2', folder: '/data/chunkserver-2/identity' },
    { role: 'chunkserver', node: 'node-3', folder: '/data/chunkserver-3/identity' },
  ]);
  expect(plan.gateway.env.BRAMBLE_GATEWAY_CONTROL_ADDRESS).toBe('"127.0.0.1:4"');
});
