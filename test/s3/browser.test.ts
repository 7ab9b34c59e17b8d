/** A page of another origin, in a real browser, writes to a bucket by a presigned URL (User Guide, "Uploading objects with presigned URLs"). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { CreateBucketCommand, GetObjectCommand, PutBucketCorsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { CHROMIUM } from '../system-packages.ts';
import { openSmallDoor } from './small-door.ts';

const DEADLINE_MS = 60_000;

/** What the page saw of each URL: an answer, or that the browser kept it from the page. */
type Seen = { status: number; etag: string | null } | 'kept from the page';

/** PUTs to each URL and tells its own server what came of it. */
const page = (urls: readonly string[]) => `<!doctype html><script>
const put = (url) => fetch(url, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'from a page' })
  .then((answer) => ({ status: answer.status, etag: answer.headers.get('etag') }), () => 'kept from the page');
Promise.all(${JSON.stringify(urls)}.map(put)).then((seen) => fetch('/seen', { method: 'POST', body: JSON.stringify(seen) }));
</script>`;

test('a page puts an object where the rules of the bucket let its origin in, and only there', {
  timeout: 90_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { client } = stack.use(await openSmallDoor());
  const seen = Promise.withResolvers<Seen[]>();
  let html = '';
  const server = createServer((request, response) => {
    if (request.method === 'POST') json(request).then((body) => seen.resolve(body as Seen[]), seen.reject);
    response.setHeader('content-type', 'text/html').end(request.method === 'GET' ? html : '');
  });
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const [open, shut] = ['browser-open', 'browser-shut'];
  for (const Bucket of [open, shut]) await client.send(new CreateBucketCommand({ Bucket }));
  const rule = { AllowedOrigins: [origin], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] };
  const CORSConfiguration = { CORSRules: [rule] };
  await client.send(new PutBucketCorsCommand({ Bucket: open, CORSConfiguration }));
  const presign = (Bucket: string) =>
    getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'k', ContentType: 'text/plain' }));
  html = page(await Promise.all([open, shut].map(presign)));

  await using _browser = await openBrowser(origin);
  const late = AbortSignal.timeout(DEADLINE_MS);
  late.addEventListener('abort', () => seen.reject(new Error('The page told nothing in time.')));
  expect(await seen.promise).toEqual([
    { status: 200, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) },
    'kept from the page',
  ]);
  const got = await client.send(new GetObjectCommand({ Bucket: open, Key: 'k' }));
  expect([await got.Body?.transformToString(), got.ContentType]).toEqual(['from a page', 'text/plain']);
});

/** Headless, with a profile of its own. It is not the browser's trust in the bramble's authority that is tested here. */
async function openBrowser(url: string): Promise<AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), 'bramble-browser-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const args = [...flags, '--ignore-certificate-errors', `--user-data-dir=${profile}`, url];
  const child = spawn(CHROMIUM, args, { stdio: 'ignore', detached: true });
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  return {
    [Symbol.asyncDispose]: async () => {
      // Its helpers are of its process group, and are to be gone before the profile is.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
