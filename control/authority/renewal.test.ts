/** Renewal as it happens between processes: real mutual TLS, a real authority, certificates that last seconds. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../common/clock/index.ts';
import { nodeDisk } from '../../common/disk/index.ts';
import { Readiness } from '../../common/health/index.ts';
import { Identity } from '../../common/identity/index.ts';
import { systemRandom } from '../../common/ids/index.ts';
import { InternalClient, type InternalRoute, InternalServer } from '../../common/internal/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { createMetrics } from '../../common/metrics/index.ts';
import {
  IdentityRenewal,
  type IssueCertificate,
  renewFromControl,
  requestGatewayCertificate,
} from '../../common/renewal/index.ts';
import { createSigningRequest } from '../../common/x509/index.ts';
import { type Authority, authorityRoutes, BootstrapUpkeep, openAuthority, writeBootstrapIdentities } from './index.ts';

const logger = createLogger({ process: 'test', level: 'silent' });

let stack: AsyncDisposableStack;
let folder: string;
let authority: Authority;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), 'bramble-renewal-'));
  stack.defer(() => rm(folder, { recursive: true }));
});
afterEach(() => stack.disposeAsync());

const folderOf = (role: string) => join(folder, role, 'identity');

async function begin(processValidityMs: number, roles: readonly ('control' | 'gateway' | 'chunkserver')[]) {
  authority = await openAuthority({
    disk: nodeDisk,
    clock: systemClock,
    random: systemRandom,
    folder: join(folder, 'authority'),
    processValidityMs,
  });
  await writeBootstrapIdentities(
    authority,
    roles.map((role) => ({ role, node: 'node-1', folder: folderOf(role) })),
  );
  return await Promise.all(roles.map((role) => Identity.load(nodeDisk, folderOf(role))));
}

async function listen(identity: Identity | undefined, routes: InternalRoute[]): Promise<InternalServer> {
  if (!identity) throw new Error('There is no identity.');
  const server = await InternalServer.listen({
    identity,
    logger,
    readiness: new Readiness(),
    metrics: createMetrics('test'),
    routes,
    host: '127.0.0.1',
    port: 0,
  });
  return stack.use(server);
}

function renew(identity: Identity | undefined, role: string, issue: IssueCertificate): IdentityRenewal {
  if (!identity) throw new Error('There is no identity.');
  const options = { identity, disk: nodeDisk, folder: folderOf(role), clock: systemClock, random: systemRandom };
  return stack.use(IdentityRenewal.start({ ...options, logger, issue }));
}

/** What a new connection is shown. */
async function serialShownBy(address: string, client: Identity): Promise<string> {
  const [host = '', port] = address.split(':');
  const { keyPem, certificatePem, authorityPem } = client.material;
  const socket: TLSSocket = connect({
    host,
    port: Number(port),
    key: keyPem,
    cert: certificatePem,
    ca: authorityPem,
    checkServerIdentity: () => undefined,
  });
  try {
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}

const changes = (identity: Identity, count: number) =>
  new Promise<void>((resolve) => {
    let left = count;
    const watching = identity.onChange(() => {
      left -= 1;
      if (left > 0) return;
      watching[Symbol.dispose]();
      resolve();
    });
  });

describe('renewal', () => {
  test('keeps a request in flight while both sides renew, and new connections show the new certificate', async () => {
    const [control, gateway] = await begin(3_000, ['control', 'gateway']);
    if (!control || !gateway) throw new Error('Both identities are needed.');
    const end = Promise.withResolvers<void>();
    const slow: InternalRoute = {
      method: 'GET',
      path: '/slow',
      roles: ['gateway'],
      handle: async ({ response }) => {
        response.writeHead(200).write('begun ');
        await end.promise;
        response.end('ended');
      },
    };
    const server = await listen(control, [...authorityRoutes(authority), slow]);
    const client = stack.use(new InternalClient(gateway));
    const target = { address: server.address, role: 'control' } as const;
    const before = await serialShownBy(server.address, gateway);
    const first = gateway.material.certificatePem;

    const inFlight = await client.request(target, { method: 'GET', path: '/slow' });
    const renewed = Promise.all([changes(control, 2), changes(gateway, 2)]);
    renew(control, 'control', (request) => authority.issueProcessCertificate(request, control.id));
    renew(gateway, 'gateway', renewFromControl(client, server.address));
    await renewed;

    expect(await serialShownBy(server.address, gateway)).not.toBe(before);
    expect(gateway.material.certificatePem).not.toBe(first);
    expect((await Identity.load(nodeDisk, folderOf('gateway'))).material.keyPem).toBe(gateway.material.keyPem);
    end.resolve();
    expect(await inFlight.body.text()).toBe('begun ended');
    const again = await client.request(target, { method: 'GET', path: '/slow' });
    expect(await again.body.text()).toBe('begun ended');
  });

  test('leaves a client that owns the connections of old certificates until they end', async () => {
    const [control, gateway] = await begin(60_000, ['control', 'gateway']);
    if (!gateway) throw new Error('An identity is missing.');
    const endless: InternalRoute = {
      method: 'GET',
      path: '/endless',
      roles: ['gateway'],
      handle: async ({ response }) => void response.writeHead(200).write('begun'),
    };
    const server = await listen(control, [endless]);
    const client = new InternalClient(gateway);
    const target = { address: server.address, role: 'control' } as const;
    const { body } = await client.request(target, { method: 'GET', path: '/endless' });
    gateway.replace(gateway.material);
    const cut = expect(body.text()).rejects.toThrow();
    await client[Symbol.asyncDispose]();
    await cut;
  });

  test('answers the name that the caller’s certificate has, whatever the request asks for', async () => {
    const [control, chunkserver] = await begin(60_000, ['control', 'chunkserver']);
    if (!chunkserver) throw new Error('An identity is missing.');
    const server = await listen(control, authorityRoutes(authority));
    const client = stack.use(new InternalClient(chunkserver));
    const { keyPem, request } = await createSigningRequest([{ type: 'dns', value: 'control' }]);
    const issued = await renewFromControl(client, server.address)(request, AbortSignal.timeout(5_000));
    expect(new Identity({ keyPem, ...issued }).id).toEqual(chunkserver.id);
  });

  test('takes what was written into the folder when control cannot be asked', async () => {
    const [gateway] = await begin(2_000, ['gateway']);
    if (!gateway) throw new Error('An identity is missing.');
    const failed = Promise.withResolvers<void>();
    renew(gateway, 'gateway', () => {
      failed.resolve();
      return Promise.reject(new Error('unreachable'));
    });
    await failed.promise;
    const changed = changes(gateway, 1);
    const later = await openAuthority({ ...authority.options, processValidityMs: 60_000 });
    const ends = gateway.validToMs;
    const identities = [{ role: 'gateway' as const, node: 'node-1', folder: folderOf('gateway') }];
    stack.use(BootstrapUpkeep.start({ authority: later, identities, clock: systemClock, logger, intervalMs: 50 }));
    await changed;
    expect(gateway.validToMs).toBeGreaterThan(ends + 30_000);
  });
});

describe('the public certificate', () => {
  test('is given to a gateway alone, for names it may have', async () => {
    const [control, gateway, chunkserver] = await begin(60_000, ['control', 'gateway', 'chunkserver']);
    if (!gateway || !chunkserver) throw new Error('An identity is missing.');
    const server = await listen(control, authorityRoutes(authority));
    const signal = AbortSignal.timeout(10_000);
    const client = stack.use(new InternalClient(gateway));
    const material = await requestGatewayCertificate(
      client,
      server.address,
      [{ type: 'ip', value: '10.0.0.9' }],
      signal,
    );
    expect(material.certificatePem).toContain('BEGIN CERTIFICATE');
    expect(material.authorityPem).toBe(authority.rootPem);
    const stranger = [{ type: 'dns', value: 'example.org' }] as const;
    await expect(requestGatewayCertificate(client, server.address, stranger, signal)).rejects.toMatchObject({
      code: 'name-not-allowed',
    });
    const other = stack.use(new InternalClient(chunkserver));
    await expect(requestGatewayCertificate(other, server.address, [], signal)).rejects.toMatchObject({
      code: 'role-not-allowed',
    });
  });
});
