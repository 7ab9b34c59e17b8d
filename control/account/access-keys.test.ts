import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessKeyRequest } from '../../common/filesystem/index.ts';
import { deriveSigningKey } from './access-keys.ts';
import { SYSTEM_BY, TestBramble } from './test-accounts.ts';

let bramble: TestBramble;
beforeAll(async () => {
  bramble = await TestBramble.start();
});
afterAll(async () => {
  await bramble[Symbol.asyncDispose]();
});

const KEYS = '/api/account/access-keys';
const SCOPE = { date: '20260101', region: 'us-east-1', service: 's3' };

async function make(token: string, body: object): Promise<{ id: string; secret: string }> {
  const made = await bramble.call('POST', KEYS, { token, body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return { id: String(made.body.id), secret: String(made.body.secret) };
}

const resolve = (id: string) => bramble.accounts.resolve({ kind: 'access-key', id }, { address: '192.0.2.7' });
const signingKey = (id: string, more: Partial<AccessKeyRequest> = {}) =>
  bramble.accounts.accessKeys.signingKey({ id, ...SCOPE, ...more });

async function denials(): Promise<{ reason: string; wanted?: string; count: number }[]> {
  await bramble.accounts.flushAudit();
  return bramble.log.commands
    .filter(({ type }) => type === 'audit.denied')
    .flatMap(({ data }) => (data as { denials: { reason: string; wanted?: string; count: number }[] }).denials);
}

/** Amazon S3 API Reference, "Examples: signature calculations in AWS Signature Version 4". */
test('a signing key is derived as AWS documents it', () => {
  const secret = Buffer.from('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
  const key = deriveSigningKey(secret, { date: '20120215', region: 'us-east-1', service: 'iam' });
  expect(Buffer.from(key).toString('hex')).toBe('f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d');
});

describe('an access key', () => {
  test('gives signing keys to gateways, and its secret to nobody', async () => {
    const { accessToken: token, id: userId } = await bramble.person('s3-user');
    const { id, secret } = await make(token, { namespace: 's3-user', name: 'rclone' });
    expect(await signingKey(id)).toEqual({
      signingKey: deriveSigningKey(Buffer.from(secret), SCOPE),
      userId,
      userName: 's3-user',
      namespace: 's3-user',
    });
    const listed = await bramble.call('GET', KEYS, { token });
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect(listed.body.items).toMatchObject([
      { id, bucket: null, prefix: null, verbs: ['read', 'write', 'delete', 'list'], expiresAt: null },
    ]);
  });

  test('is its user in its namespace, for storage and nothing else', async () => {
    const { accessToken: token, id: userId } = await bramble.person('kim');
    const { id } = await make(token, { namespace: 'kim', name: 'k' });
    const principal = await resolve(id);
    expect(principal).toEqual({
      kind: 'user',
      userId,
      name: 'kim',
      isAdministrator: false,
      via: 'access-key',
      tokenId: id,
      scopes: ['storage:read', 'storage:write'],
      namespaceLimit: 'kim',
    });
    await bramble.accounts.assertMay(principal, 'administer', 'kim');
    expect(() => bramble.accounts.assertUser(principal, 'account:read')).toThrow('You may not');
    await expect(bramble.accounts.assertOwner(principal, 'kim', { wanted: 'own' })).rejects.toThrow('You may not');
    await expect(bramble.accounts.assertMay(principal, 'read', 's3-user')).rejects.toThrow('You may not');
  });

  test('of an administrator administers storage in its namespace, and neither others nor the bramble', async () => {
    const { accessToken: token } = await bramble.person('root', true);
    await bramble.person('guest');
    const { id } = await make(token, { namespace: 'guest', name: 'k' });
    const principal = await resolve(id);
    await bramble.accounts.assertMay(principal, 'administer', 'guest');
    await expect(bramble.accounts.assertMay(principal, 'read', 'root')).rejects.toThrow('You may not');
    for (const scope of ['*', 'storage:read'] as const) {
      await expect(bramble.accounts.assertAdministrator(principal, { scope })).rejects.toThrow('You may not');
    }
  });

  test('may be narrowed to a bucket, a prefix and verbs', async () => {
    const { accessToken: token } = await bramble.person('nora');
    const { id } = await make(token, {
      namespace: 'nora',
      name: 'reader',
      bucket: 'photos',
      prefix: '2026/',
      verbs: ['read', 'list'],
    });
    const principal = await resolve(id);
    expect(principal).toMatchObject({
      scopes: ['storage:read'],
      storageLimit: { bucket: 'photos', prefix: '2026/', verbs: ['read', 'list'] },
    });
    await bramble.accounts.assertMay(principal, 'read', 'nora');
    await expect(bramble.accounts.assertMay(principal, 'write', 'nora')).rejects.toThrow('You may not');
    const { body } = await bramble.call('GET', KEYS, { token });
    expect(body.items).toMatchObject([{ bucket: 'photos', prefix: '2026/', verbs: ['read', 'list'] }]);
  });

  test('ends at once when it is revoked, though it was used a moment ago', async () => {
    const { accessToken: token } = await bramble.person('rosa');
    const { id } = await make(token, { namespace: 'rosa', name: 'k' });
    await resolve(id);
    expect((await bramble.call('DELETE', `${KEYS}/${id}`, { token })).status).toBe(204);
    await expect(resolve(id)).rejects.toMatchObject({ status: 401, code: 'access-key-invalid' });
    expect(await signingKey(id)).toBeNull();
  });

  test('ends at its time, and is pruned after it', async () => {
    const { accessToken: token } = await bramble.person('ella');
    const expiresAt = new Date(bramble.clock.now() + 60_000).toISOString();
    const { id } = await make(token, { namespace: 'ella', name: 'k', expiresAt });
    expect(await signingKey(id)).not.toBeNull();
    await resolve(id);
    bramble.clock.advance(60_000);
    await expect(resolve(id)).rejects.toMatchObject({ code: 'access-key-expired' });
    expect(await signingKey(id)).toBeNull();
    expect((await denials()).map(({ reason }) => reason)).toContain('access-key-expired');
    bramble.clock.advance(1);
    await bramble.accounts.keepUp();
    expect(await bramble.accounts.queries.accessKey(id)).toBeUndefined();
    const past = { namespace: 'ella', name: 'k', expiresAt };
    const { accessToken } = await bramble.person('ella-2');
    expect(
      (await bramble.call('POST', KEYS, { token: accessToken, body: { ...past, namespace: 'ella-2' } })).status,
    ).toBe(400);
  });

  test('of a disabled user is refused, and good again when the user is', async () => {
    const { accessToken: token, id: userId } = await bramble.person('dina');
    const { id } = await make(token, { namespace: 'dina', name: 'k' });
    await resolve(id);
    await bramble.accounts.submit('user.update', { id: userId, isDisabled: true }, SYSTEM_BY);
    await expect(resolve(id)).rejects.toMatchObject({ code: 'access-key-invalid' });
    expect(await signingKey(id)).toBeNull();
    await bramble.accounts.submit('user.update', { id: userId, isDisabled: false }, SYSTEM_BY);
    expect(await signingKey(id)).not.toBeNull();
  });

  test('that was logged before keys could be narrowed may do everything in its namespace', async () => {
    const { id: userId } = await bramble.person('vera');
    const old = { id: 'BRKOLDOLDOLDOLDOLDOL', userId, namespace: 'vera', name: 'k', secretBox: new Uint8Array(44) };
    await bramble.accounts.submit('access-key.create', old, SYSTEM_BY);
    const principal = await resolve(old.id);
    expect(principal.scopes).toEqual(['storage:read', 'storage:write']);
    expect(principal.storageLimit).toBeUndefined();
  });

  test('is resolved without a query when it was seen before', async () => {
    const { accessToken: token } = await bramble.person('fast');
    const { id } = await make(token, { namespace: 'fast', name: 'k' });
    const first = await resolve(id);
    expect(await resolve(id)).toBe(first);
  });
});

describe('a key that is brought along', () => {
  const pair = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };

  test('signs with the secret it had, and is there once', async () => {
    const { accessToken: token } = await bramble.person('mina');
    expect(await signingKey(pair.id)).toBeNull();
    await make(token, { namespace: 'mina', name: 'moved', ...pair });
    const found = await signingKey(pair.id);
    expect(found?.signingKey).toEqual(deriveSigningKey(Buffer.from(pair.secret), SCOPE));
    const { accessToken: other } = await bramble.person('mona');
    const again = await bramble.call('POST', KEYS, { token: other, body: { namespace: 'mona', name: 'm', ...pair } });
    expect(again).toMatchObject({ status: 409, body: { type: 'urn:bramble:problem:access-key-exists' } });
  });

  test('is taken from owners of the namespace and administrators only', async () => {
    const owner = await bramble.person('olga');
    const writer = await bramble.person('will');
    const root = await bramble.person('boss', true);
    await bramble.accounts.submit('namespace.create', { name: 'club', ownerId: owner.id }, SYSTEM_BY);
    await bramble.call('PUT', '/api/account/namespaces/club/members/will', {
      token: owner.accessToken,
      body: { role: 'writer' },
    });
    const bring = (token: string, id: string) =>
      bramble.call('POST', KEYS, { token, body: { namespace: 'club', name: 'm', id, secret: pair.secret } });
    expect((await bring(writer.accessToken, 'CLUBKEY000000001')).status).toBe(403);
    expect((await bring(owner.accessToken, 'CLUBKEY000000002')).status).toBe(201);
    expect((await bring(root.accessToken, 'CLUBKEY000000003')).status).toBe(201);
    await make(writer.accessToken, { namespace: 'club', name: 'made here' });
  });

  test.each([
    ['a short id', { id: 'SHORT', secret: pair.secret }],
    ['an id with other letters', { id: 'AKIA/IOSFODNN7EXAMPLE', secret: pair.secret }],
    ['a short secret', { id: 'AKIAIOSFODNN7EXAMPL2', secret: 'short' }],
    ['a secret with control characters', { id: 'AKIAIOSFODNN7EXAMPL2', secret: 'sixteen-letters\n' }],
    ['no secret', { id: 'AKIAIOSFODNN7EXAMPL2' }],
    ['no id', { secret: pair.secret }],
    ['an empty list of verbs', { verbs: [] }],
    ['a prefix beyond what a key can be', { prefix: 'ä'.repeat(513) }],
  ])('is refused with %s', async (name, body) => {
    const { accessToken: token } = await bramble.person(`bad-${name.replaceAll(' ', '-')}`);
    const namespace = `bad-${name.replaceAll(' ', '-')}`;
    expect((await bramble.call('POST', KEYS, { token, body: { namespace, name: 'k', ...body } })).status).toBe(400);
  });
});

test('a token makes no access key that may more than itself', async () => {
  const { accessToken } = await bramble.person('tina');
  const made = await bramble.call('POST', '/api/account/tokens', {
    token: accessToken,
    body: { name: 't', scopes: ['storage:read', 'account:write'] },
  });
  const token = String(made.body.token);
  const body = { namespace: 'tina', name: 'k' };
  expect((await bramble.call('POST', KEYS, { token, body })).body.type).toBe('urn:bramble:problem:scope-too-wide');
  await make(token, { ...body, verbs: ['read', 'list'] });
});

describe('ids that do not exist', () => {
  const unknown = (n: number) => `UNKNOWN${String(n).padStart(13, '0')}`;

  test('are audited by their fingerprint, cost a query once, and after many of them an address waits', async () => {
    const address = '198.51.100.1';
    for (let n = 0; n < 50; n += 1) expect(await signingKey(unknown(n), { address })).toBeNull();
    for (let again = 0; again < 100; again += 1) expect(await signingKey(unknown(7), { address })).toBeNull();
    await expect(signingKey(unknown(50), { address })).rejects.toMatchObject({ status: 429 });
    expect(await signingKey(unknown(51), { address: '198.51.100.2' })).toBeNull();
    const all = await denials();
    expect(all.some(({ reason, wanted }) => reason === 'access-key-invalid' && wanted?.length === 8)).toBe(true);
    expect(all.map(({ reason }) => reason)).toContain('access-key-limited');
    expect(JSON.stringify(all)).not.toContain('UNKNOWN');
    bramble.clock.advance(1_000);
    expect(await signingKey(unknown(50), { address })).toBeNull();
  });

  test('do not slow down who uses one that exists', async () => {
    const { accessToken: token } = await bramble.person('paul');
    const { id } = await make(token, { namespace: 'paul', name: 'k' });
    for (let n = 0; n < 60; n += 1) expect(await signingKey(id, { address: '198.51.100.3' })).not.toBeNull();
  });
});
