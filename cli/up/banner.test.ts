import { expect, test } from 'vitest';
import { banner, factsLine, type Readiness } from './banner.ts';

const ready: Readiness = {
  domain: 'localhost',
  httpsPort: 8443,
  httpPort: 8080,
  s3Port: 8444,
  dataFolder: '/data',
  startedInMs: 2_345.6,
  pid: 7,
  pids: { control: 8, gateway: 9 },
  facts: {
    control: { address: '127.0.0.1:7440', oneTimePassword: 'plum-oak' },
    gateway: { internalAddress: '127.0.0.1:7441' },
  },
};

test('people are told the URL, the one-time password while there is one, and what to type', () => {
  for (const told of [
    'up, after 2.3 s',
    ' https://localhost:8443 ',
    ' https://localhost:8444 ',
    'plum-oak',
    'bramble login https://localhost:8443\n',
  ]) {
    expect(banner(ready)).toContain(told);
  }
  expect(banner({ ...ready, facts: {} })).not.toMatch(/password|undefined/);
  expect(banner({ ...ready, httpsPort: 443 })).toContain('bramble login https://localhost\n');
});

test('scripts are told the same as one line of JSON', () => {
  expect(factsLine(ready)).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(factsLine(ready))).toEqual({
    kind: 'ready',
    url: 'https://localhost:8443',
    s3Url: 'https://localhost:8444',
    httpsPort: 8443,
    httpPort: 8080,
    s3Port: 8444,
    dataFolder: '/data',
    authority: '/data/authority/root.crt',
    startedInMs: 2346,
    pid: 7,
    oneTimePassword: 'plum-oak',
    processes: { control: { pid: 8, address: '127.0.0.1:7440' }, gateway: { pid: 9, address: '127.0.0.1:7441' } },
  });
});
