import { describe, expect, test } from 'vitest';
import { AppError, toProblem } from '../../../common/errors/index.ts';
import type { Answer, Committed, FoundObject, PlaceAnswer } from '../../../common/filesystem/index.ts';
import { Readiness } from '../../../common/health/index.ts';
import type { Role } from '../../../common/identity/index.ts';
import { makeTestAuthority } from '../../../common/identity/test-authority.ts';
import { InternalClient, InternalServer } from '../../../common/internal/index.ts';
import { createMetrics } from '../../../common/metrics/index.ts';
import { ANONYMOUS, openApiApp, type Principal } from '../../api/index.ts';
import { filesystemRoutes, storageRoutes } from '../index.ts';
import { ADA, asAda, EVE, heartbeatOf, openTestMaster, ownChunk, silent } from '../test-master.ts';

const name = { namespace: 'ada', bucket: 'photos', key: 'a/b c.jpg' };

describe('the filesystem on the internal server', () => {
  test('fake chunkservers and a gateway place, commit and look up over mutual TLS; roles are held apart', async () => {
    await using t = await openTestMaster({ reportWaitMs: 0, placeWaitMs: 0, lookupWaitMs: 0 });
    const authority = await makeTestAuthority();
    const identity = (node: string, role: Role) => authority.issue({ bramble: 'test', node, role });
    await using server = await InternalServer.listen({
      identity: await identity('c1', 'control'),
      logger: silent,
      readiness: new Readiness(),
      metrics: createMetrics('test'),
      routes: filesystemRoutes(t.master),
      host: '127.0.0.1',
      port: 0,
    });
    const target = { address: server.address, role: 'control' } as const;
    await using gateway = new InternalClient(await identity('g1', 'gateway'));
    const call = <Value>(path: string, body: unknown) =>
      gateway.call(target, `/internal/filesystem/${path}`, body) as Promise<Value>;
    for (const node of ['n1', 'n2', 'n3']) {
      await using chunkserver = new InternalClient(await identity(node, 'chunkserver'));
      expect(await chunkserver.call(target, '/internal/filesystem/heartbeat', heartbeatOf([]))).toMatchObject({
        wantFullReport: false,
        pendingDeletes: [],
      });
      await expect(
        chunkserver.call(target, '/internal/filesystem/place', { own: 1, shared: false, avoid: [] }),
      ).rejects.toMatchObject({ code: 'role-not-allowed' });
    }
    await t.master.context.submit('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' });
    const placed = await call<PlaceAnswer>('place', { own: 2, shared: true, avoid: [] });
    expect(placed.own.map(({ replicas }) => replicas.length)).toEqual([3, 3]);
    const { extent, written } = ownChunk(10);
    const content = { size: 10, etag: 'e', contentType: 'a/b', headers: {}, extents: [extent] };
    const items = [{ ...asAda, name, content, chunks: [written], preconditions: {} }];
    expect(await call<Answer<Committed>[]>('commit', { items })).toMatchObject([{ ok: true, value: { etag: 'e' } }]);
    const [found] = await call<Answer<FoundObject>[]>('lookup', { items: [{ ...asAda, name }] });
    expect(found?.ok && found.value).toMatchObject({ name, content });
  });
});

describe('the storage API', () => {
  test('buckets, listing, copy, move, share, delete and status by HTTP', async () => {
    await using t = await openTestMaster({ reportWaitMs: 0 });
    const as = (principal: Principal) =>
      openApiApp()
        .use(async (c, next) => {
          c.set('principal', principal);
          c.set('requestId', 'r');
          await next();
        })
        .route('/', storageRoutes(t.master))
        .onError((error, c) => c.json(toProblem(error), error instanceof AppError ? (error.status as 400) : 500));
    const ada = as(ADA);
    const send = async (method: string, path: string, body?: unknown, app = ada) => {
      const headers = { 'content-type': 'application/json' };
      const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
      const response = await app.request(`/api/storage${path}`, init);
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    };
    expect(await send('POST', '/buckets', { namespace: 'ada', name: 'photos' })).toMatchObject({ status: 201 });
    expect(await send('POST', '/buckets', { namespace: 'ada', name: 'Photos' })).toMatchObject({ status: 400 });
    expect(await send('POST', '/buckets', { namespace: 'eve', name: 'photos' })).toMatchObject({ status: 403 });
    const content = { size: 1, etag: 'e', contentType: 'a/b', headers: {}, inline: new Uint8Array(1), extents: [] };
    await t.master.commit({ items: [{ ...asAda, name, content, chunks: [], preconditions: {} }] });
    const to = { ...name, key: 'z' };
    expect(await send('POST', '/copy', { from: name, to })).toMatchObject({ status: 200, body: { created: true } });
    expect(await send('POST', '/move', { from: to, to: { ...name, key: 'y' } })).toMatchObject({ status: 200 });
    const first = await send('GET', '/objects/ada/photos?delimiter=/&limit=1');
    expect(first.body).toMatchObject({ items: [], prefixes: ['a/'] });
    const second = await send('GET', `/objects/ada/photos?delimiter=/&limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ key: 'y', etag: 'e' }], prefixes: [], nextCursor: null });
    const share = await send('POST', '/shares', { ...name, expiresInSeconds: 60 });
    const token = share.body.url.slice('/s/'.length);
    const asLink = { requestId: 'r', credential: { kind: 'share' as const, token } };
    const anyName = { namespace: '', bucket: '', key: '' };
    expect(await t.master.lookup({ items: [{ ...asLink, name: anyName }] })).toMatchObject([
      { ok: true, value: { name } },
    ]);
    const ofOthers = await send('DELETE', `/shares/${share.body.id}`, undefined, as(EVE));
    expect(ofOthers).toMatchObject({ status: 404 });
    expect(await send('DELETE', '/shares/share_nothing', undefined, as(EVE))).toEqual(ofOthers);
    expect(await send('DELETE', `/shares/${share.body.id}`, undefined, as(ANONYMOUS))).toMatchObject({ status: 401 });
    expect(await t.master.lookup({ items: [{ ...asLink, name: anyName }] })).toMatchObject([{ ok: true }]);
    expect(await send('DELETE', `/shares/${share.body.id}`)).toMatchObject({ status: 204 });
    expect(await t.master.lookup({ items: [{ ...asLink, name: anyName }] })).toMatchObject([{ ok: false }]);
    expect(await send('DELETE', '/buckets/ada/photos')).toMatchObject({ status: 409 });
    expect(await send('DELETE', '/objects/ada/photos/a/b%20c.jpg')).toMatchObject({ status: 204 });
    expect(await send('DELETE', '/objects/ada/photos/y')).toMatchObject({ status: 204 });
    expect(await send('GET', '/status')).toMatchObject({ status: 200, body: { objects: 0, replicasShort: 0 } });
    const anyone = as(ANONYMOUS);
    const ofAccounts = as({ ...ADA, via: 'token', scopes: ['account:read'] });
    expect(await send('GET', '/status', undefined, anyone)).toMatchObject({ status: 401 });
    expect(await send('GET', '/status', undefined, ofAccounts)).toMatchObject({ status: 403 });
    const hidden = await send('GET', '/objects/ada/photos', undefined, anyone);
    expect(hidden).toMatchObject({ status: 401 });
    expect(await send('GET', '/objects/ada/nothing', undefined, anyone)).toEqual(hidden);
    expect(await send('DELETE', '/buckets/ada/photos')).toMatchObject({ status: 204 });
  });
});
