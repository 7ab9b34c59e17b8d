import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { nodeDisk } from '../common/disk/index.ts';
import { writeIdentity } from '../common/identity/index.ts';
import { makeTestAuthority } from '../common/identity/test-authority.ts';
import type { SupervisorMessage } from '../common/process/index.ts';
import { startControl } from './test-gateway.ts';

function startProcess(env: Record<string, string>): ChildProcess {
  return fork(fileURLToPath(new URL('main.ts', import.meta.url)), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
}

test('the process tells its supervisor when it is ready, serves, and ends cleanly and soon', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-gateway-main-'));
  const authority = await makeTestAuthority();
  const identity = await authority.issue({ bramble: 'test', node: 'one', role: 'gateway' });
  await writeIdentity(nodeDisk, join(folder, 'identity'), identity.material);
  await using control = await startControl(authority, {}, 0);
  const child = startProcess({
    BRAMBLE_GATEWAY_HTTPS_PORT: '0',
    BRAMBLE_GATEWAY_HTTP_PORT: '0',
    BRAMBLE_GATEWAY_INTERNAL_PORT: '0',
    BRAMBLE_GATEWAY_CONTROL_ADDRESS: control.address,
    BRAMBLE_GATEWAY_IDENTITY_FOLDER: join(folder, 'identity'),
    BRAMBLE_GATEWAY_DATA_FOLDER: folder,
  });
  try {
    child.stdout?.resume();
    const [message] = (await once(child, 'message')) as [SupervisorMessage];
    if (message.kind !== 'ready') throw new Error(`Expected to hear that it is ready, heard ${message.kind}.`);
    const url = `https://localhost:${message.facts.httpsPort}/ready`;
    const [response] = await once(request(url, { ca: authority.authorityPem, agent: false }).end(), 'response');
    expect([response.statusCode, await text(response)]).toEqual([200, '{"status":"ready"}']);
    const stoppedMs = performance.now();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(performance.now() - stoppedMs).toBeLessThan(2_000);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('without an identity it says in one line what is missing', async () => {
  const child = startProcess({ BRAMBLE_GATEWAY_IDENTITY_FOLDER: '/nonexistent' });
  if (!child.stderr) throw new Error('The process has no standard error.');
  const [line, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(code).toBe(1);
  expect(line).toMatch(/^bramble gateway: \/nonexistent\/.* is missing\.\n$/);
});
