/** What a namespace may use at most: refused as QuotaExceeded, of a body that waits to be invited before it comes. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, type RawRequest, rawRequests } from '../../../../test/s3/raw-request.ts';
import { openSmallDoor, type SmallDoor } from '../../../../test/s3/small-door.ts';
import { conformanceCases, get, post, put, remove } from './conformance-case.ts';
import { rows } from './two-users.ts';

const QUOTA = { status: 403, code: 'QuotaExceeded' };
const MIB = 2 ** 20;
const stack = new AsyncDisposableStack();
let door: SmallDoor;
let asking: Ask;
const ask: Ask = (asked: RawRequest) => asking(asked);

beforeAll(async () => {
  door = stack.use(await openSmallDoor());
  asking = stack.use(rawRequests(door));
  await door.client.send(new CreateBucketCommand({ Bucket: 'quotas' }));
  await door.client.send(new PutObjectCommand({ Bucket: 'quotas', Key: 'there', Body: 'x'.repeat(1000) }));
  const limits = ['--size', '3MiB', '--objects', '3', '--buckets', '1'];
  const { code, stderr } = await door.bramble.cli(['quota', 'set', door.namespace, ...limits]);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => stack.disposeAsync());

/** A PUT of so many bytes, which are sent when they are asked for. */
async function putWhenInvited(
  key: string,
  sizeBytes: number,
): Promise<{ status: number; isInvited: boolean; body: string }> {
  const url = await getSignedUrl(door.client, new PutObjectCommand({ Bucket: 'quotas', Key: key }));
  using agent = Object.assign(new Agent({ ca: readFileSync(door.bramble.caFile) }), {
    [Symbol.dispose](this: Agent) {
      this.destroy();
    },
  });
  const answered = Promise.withResolvers<{ status: number; isInvited: boolean; body: string }>();
  const headers = { expect: '100-continue', 'content-length': sizeBytes };
  let isInvited = false;
  const sending = request(url, { method: 'PUT', agent, headers }, (response) => {
    text(response).then(
      (body) => answered.resolve({ status: response.statusCode ?? 0, isInvited, body }),
      answered.reject,
    );
  });
  sending.on('continue', () => {
    isInvited = true;
    sending.end(Buffer.alloc(sizeBytes));
  });
  sending.on('error', answered.reject);
  sending.setTimeout(20_000, () => sending.destroy(new Error('Neither invited nor refused.')));
  sending.flushHeaders();
  return await answered.promise;
}

describe('quotas', () => {
  test('Error responses, 403: who is over quota is told before the body is asked for', async () => {
    const refused = await putWhenInvited('too-large', 4 * MIB);
    expect([refused.status, refused.isInvited]).toEqual([403, false]);
    expect(refused.body).toContain('<Code>QuotaExceeded</Code>');
    expect(await putWhenInvited('fits', 2 * MIB)).toMatchObject({ status: 200, isInvited: true });
  });

  conformanceCases(ask, [
    ...rows('Error responses, QuotaExceeded', [
      ['a bucket too many', put('/quotas-second'), QUOTA],
      ['bytes too many', put('/quotas/{key}', new Uint8Array(2 * MIB)), QUOTA],
      ['bytes that fit', put('/quotas/third', 'x'), 200],
      ['an object too many', put('/quotas/fourth', 'x'), QUOTA],
      ['a copy too many', put('/quotas/fourth', '', { 'x-amz-copy-source': '/quotas/there' }), QUOTA],
      ['an object that is there already', put('/quotas/third', 'y'), 200],
      ['what is there is read', get('/quotas/third'), { status: 200, body: 'y' }],
      ['and deleted', remove('/quotas/third'), 204],
    ]),
    {
      section: 'Error responses, QuotaExceeded',
      name: 'there is room again, when something is gone',
      steps: [[put('/quotas/fourth', 'x'), 200]],
    },
    {
      section: 'Error responses, QuotaExceeded',
      name: 'the parts of an upload count while it is on its way',
      steps: [
        [remove('/quotas/fourth'), 204],
        [post('/quotas/parts?uploads'), 200, { upload: /<UploadId>([^<]+)/ }],
        [put('/quotas/parts?partNumber=1&uploadId={upload}', new Uint8Array(MIB / 2)), 200],
        [put('/quotas/parts?partNumber=2&uploadId={upload}', new Uint8Array(MIB)), QUOTA],
        [remove('/quotas/parts?uploadId={upload}'), 204],
        [put('/quotas/fourth', new Uint8Array(MIB - 5000)), 200],
      ],
    },
  ]);
});
