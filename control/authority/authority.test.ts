import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../common/clock/index.ts';
import { nodeDisk } from '../../common/disk/index.ts';
import { belongTogether, Identity, type SpiffeId, writeIdentity } from '../../common/identity/index.ts';
import { systemRandom } from '../../common/ids/index.ts';
import { createSigningRequest, generateKeys } from '../../common/x509/index.ts';
import { writeBootstrapIdentities } from './bootstrap-identities.ts';
import { gatewayNames, localNames } from './gateway-names.ts';
import { openAuthority } from './index.ts';

const HOUR_MS = 3_600_000;
const NODE: SpiffeId = { bramble: 'home', node: 'pi-1', role: 'chunkserver' };

let folder: string;
let clock: ManualClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-authority-'));
  clock = new ManualClock(Date.now());
});
afterEach(() => rm(folder, { recursive: true }));

const open = (more: { domains?: string[]; brambleName?: string; processValidityMs?: number } = {}) =>
  openAuthority({
    disk: nodeDisk,
    clock,
    random: systemRandom,
    folder: join(folder, 'authority'),
    brambleName: 'home',
    ...more,
  });

/** The certificates of a PEM file, first one first. */
function chain(pem: string): [X509Certificate, X509Certificate] {
  const [leaf, issuing] = pem.split(/(?=-----BEGIN)/).map((part) => new X509Certificate(part));
  if (!leaf || !issuing) throw new Error('Expected two certificates.');
  return [leaf, issuing];
}

describe('the authority', () => {
  test('is made once, with keys that only its owner reads, and is the same when opened again', async () => {
    const first = await open();
    const again = await open();
    expect(again.rootPem).toBe(first.rootPem);
    expect(again.issuingPem).toBe(first.issuingPem);
    expect(await readFile(join(folder, 'authority/root.crt'), 'utf8')).toBe(first.rootPem);
    for (const name of ['root.key', 'issuing.key']) {
      expect((await stat(join(folder, 'authority', name))).mode & 0o777).toBe(0o600);
    }
  });

  test('issues a certificate for 24 hours that carries the SPIFFE id alone, with its chain up to the root', async () => {
    const authority = await open();
    const { request } = await createSigningRequest([{ type: 'dns', value: 'evil.example' }]);
    const issued = await authority.issueProcessCertificate(request, NODE);
    const [leaf, issuing] = chain(issued.certificatePem);
    const root = new X509Certificate(issued.authorityPem);
    expect(leaf.subjectAltName).toBe('URI:spiffe://home/node/pi-1/chunkserver');
    expect(leaf.verify(issuing.publicKey) && issuing.verify(root.publicKey) && root.verify(root.publicKey)).toBe(true);
    expect([leaf.ca, issuing.ca, root.ca]).toEqual([false, true, true]);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(leaf.validFromDate.getTime()).toBeLessThanOrEqual(clock.now() - 5 * 60_000);
    expect(Math.abs(leaf.validToDate.getTime() - clock.now() - 24 * HOUR_MS)).toBeLessThanOrEqual(1_000);
  });

  test('never uses a serial number twice', async () => {
    const authority = await open();
    const { publicKey } = await generateKeys();
    const issued = await Promise.all([1, 2, 3, 4].map(() => authority.issueProcessCertificate(publicKey, NODE)));
    const serials = issued.map(({ certificatePem }) => chain(certificatePem)[0].serialNumber);
    expect(new Set(serials).size).toBe(4);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  test('refuses a signing request that was changed after it was signed', async () => {
    const authority = await open();
    const { request } = await createSigningRequest();
    const last = request.length - 1;
    request[last] = (request[last] ?? 0) ^ 1;
    await expect(authority.issueProcessCertificate(request, NODE)).rejects.toMatchObject({
      code: 'invalid-signing-request',
    });
  });

  test('refuses names of another bramble', async () => {
    const authority = await open();
    const { request } = await createSigningRequest();
    await expect(authority.issueProcessCertificate(request, { ...NODE, bramble: 'other' })).rejects.toThrow(/'home'/);
  });

  test('gives way to a new issuing authority at half its life, under the same root', async () => {
    const authority = await open();
    const before = authority.issuingPem;
    clock.advance(3 * 365 * 24 * HOUR_MS);
    const { publicKey } = await generateKeys();
    const issued = await authority.issueProcessCertificate(publicKey, NODE);
    expect(authority.issuingPem).not.toBe(before);
    expect(chain(issued.certificatePem)[1].verify(new X509Certificate(authority.rootPem).publicKey)).toBe(true);
    expect((await open()).issuingPem).toBe(authority.issuingPem);
  });

  test('is made anew after a crash between its key and its certificate, but never when only the key is lost', async () => {
    await open();
    await rm(join(folder, 'authority/root.crt'));
    await rm(join(folder, 'authority/issuing.crt'));
    const authority = await open();
    expect(authority.bramble).toBe('home');
    await rm(join(folder, 'authority/root.key'));
    await expect(open()).rejects.toMatchObject({ code: 'authority-broken' });
  });

  test('refuses to be opened as another bramble, or with an issuing certificate of another root', async () => {
    await open();
    await expect(open({ brambleName: 'work' })).rejects.toMatchObject({ code: 'authority-of-another-bramble' });
    await rm(join(folder, 'authority/root.crt'));
    await expect(open()).rejects.toMatchObject({ code: 'authority-broken' });
  });
});

describe('bootstrap identities', () => {
  const identities = () => [{ role: 'gateway' as const, node: 'local', folder: join(folder, 'gateway/identity') }];

  test('are written once, and again when they are about to expire', async () => {
    const authority = await open();
    expect(await writeBootstrapIdentities(authority, identities())).toHaveLength(1);
    expect((await stat(join(folder, 'gateway/identity/identity.key'))).mode & 0o777).toBe(0o600);
    expect(await writeBootstrapIdentities(authority, identities())).toHaveLength(0);
    clock.advance(20 * HOUR_MS);
    expect(await writeBootstrapIdentities(authority, identities())).toHaveLength(1);
    const identity = await Identity.load(nodeDisk, join(folder, 'gateway/identity'));
    expect(identity.id).toEqual({ bramble: 'home', node: 'local', role: 'gateway' });
    expect(identity.validToMs).toBeGreaterThan(clock.now() + 23 * HOUR_MS);
  });

  test.each(['identity.key', 'identity.crt'])('are written again when %s is not readable as such', async (name) => {
    const authority = await open();
    await writeBootstrapIdentities(authority, identities());
    await nodeDisk.replaceFile(join(folder, 'gateway/identity', name), Buffer.from('no PEM'));
    expect(await writeBootstrapIdentities(authority, identities())).toHaveLength(1);
  });

  test('are written once when a folder is named twice', async () => {
    const authority = await open();
    expect(await writeBootstrapIdentities(authority, [...identities(), ...identities()])).toHaveLength(1);
    await Identity.load(nodeDisk, join(folder, 'gateway/identity'));
  });

  test('are whole after a crash at any step of writing the next one', async () => {
    const authority = await open();
    await writeBootstrapIdentities(authority, identities());
    const path = join(folder, 'gateway/identity');
    for (let step = 0; step < 6; step++) {
      const next = await createSigningRequest();
      const issued = await authority.issueProcessCertificate(next.request, { ...NODE, role: 'gateway' });
      let steps = 0;
      const failing = { ...nodeDisk };
      for (const operation of ['makeFolder', 'replaceFile', 'rename', 'syncFolder'] as const) {
        const inner = nodeDisk[operation] as (...args: unknown[]) => Promise<void>;
        Object.assign(failing, {
          [operation]: async (...args: unknown[]) => {
            if (steps++ >= step) throw new Error('power cut');
            await inner(...args);
          },
        });
      }
      await expect(writeIdentity(failing, path, { keyPem: next.keyPem, ...issued })).rejects.toThrow('power cut');
      expect(belongTogether((await Identity.load(nodeDisk, path)).material)).toBe(true);
    }
  });

  test('are written again when the key is not the certificate’s', async () => {
    const authority = await open();
    await writeBootstrapIdentities(authority, identities());
    const key = join(folder, 'gateway/identity/identity.key');
    await nodeDisk.replaceFile(key, Buffer.from((await createSigningRequest()).keyPem));
    expect(await writeBootstrapIdentities(authority, identities())).toHaveLength(1);
  });
});

describe('the names of a gateway', () => {
  test('are those of the machine and of the configured domains', () => {
    const names = gatewayNames([{ type: 'ip', value: '192.168.1.7' }], ['home.example'], 'pi').map(
      ({ value }) => value,
    );
    expect(names).toEqual(
      expect.arrayContaining(['localhost', '*.localhost', '*.s3.localhost', '127.0.0.1', '::1', 'pi', '192.168.1.7']),
    );
    expect(names).toEqual(expect.arrayContaining(['home.example', '*.home.example', '*.s3.home.example']));
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(['example.org', 'evilhome.example', '*.example', 'home.example.org', 'home.example\0.org', ''])(
    'never include a stranger’s name: %j',
    (value) => {
      expect(() => gatewayNames([{ type: 'dns', value }], ['home.example'], 'pi')).toThrow(/may not have/);
    },
  );

  test('never include a public address', () => {
    for (const value of ['1.1.1.1', '172.32.0.1', '2001:db8::1']) {
      expect(() => gatewayNames([{ type: 'ip', value }], [], 'pi')).toThrow(/may not have/);
    }
  });

  test('go into a certificate that a host name is checked against', async () => {
    const authority = await open();
    const { publicKey } = await generateKeys();
    const issued = await authority.issueGatewayCertificate(publicKey, localNames('pi'));
    const [leaf] = chain(issued.certificatePem);
    expect(leaf.checkHost('photos.s3.localhost')).toBeDefined();
    expect(leaf.checkIP('127.0.0.1')).toBeDefined();
    expect(leaf.checkHost('example.org')).toBeUndefined();
    expect(leaf.subjectAltName).not.toContain('spiffe');
  });
});
