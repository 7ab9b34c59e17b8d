/** Notifications and narrowed access keys through a whole bramble: S3's own client on one side, an HTTP server on the other. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { openSmallDoor, type SmallDoor } from './small-door.ts';

interface EventRecord {
  eventName: string;
  s3: { configurationId: string; bucket: { name: string }; object: { key: string; size?: number; versionId?: string } };
}

const HOOK = 'arn:bramble:sqs::hook:webhook';
const Bucket = 'watched';

const received: EventRecord[] = [];
const hook = createServer((request, response) => {
  void Array.fromAsync(request as AsyncIterable<Buffer>).then((pieces) => {
    received.push(...JSON.parse(Buffer.concat(pieces).toString()).Records);
    response.writeHead(204).end();
  });
});
let door: SmallDoor;
let client: S3Client;

beforeAll(async () => {
  await once(hook.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const targets = JSON.stringify({ hook: { kind: 'webhook', url } });
  door = await openSmallDoor({ BRAMBLE_CONTROL_NOTIFICATIONS_TARGETS: targets });
  ({ client } = door);
  await client.send(new CreateBucketCommand({ Bucket }));
}, 120_000);

afterAll(async () => {
  await door?.[Symbol.asyncDispose]();
  hook.closeAllConnections();
  hook.close();
});

describe('a bucket with rules', () => {
  test('refuses targets that the operator has not configured, and events that S3 does not know', async () => {
    const put = (QueueArn: string, event: string) =>
      client.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket,
          NotificationConfiguration: { QueueConfigurations: [{ QueueArn, Events: [event as 's3:ObjectCreated:*'] }] },
        }),
      );
    await expect(put('arn:bramble:sqs::other:webhook', 's3:ObjectCreated:*')).rejects.toThrow('Unable to validate');
    await expect(put(HOOK, 's3:ObjectAdmired:*')).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  test('tells what is done to its objects, and of which ones it was asked', async () => {
    const Events: ('s3:ObjectCreated:*' | 's3:ObjectRemoved:*' | 's3:ObjectTagging:*')[] = [
      's3:ObjectCreated:*',
      's3:ObjectRemoved:*',
      's3:ObjectTagging:*',
    ];
    const Filter = { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'in/' }] } };
    const rules = { QueueConfigurations: [{ Id: 'incoming', QueueArn: HOOK, Events, Filter }] };
    await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: rules }));
    const kept = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(kept.QueueConfigurations).toMatchObject([{ Id: 'incoming', QueueArn: HOOK, Events }]);

    const Key = 'in/a b.txt';
    await client.send(new PutObjectCommand({ Bucket, Key: 'out/a.txt', Body: 'not told' }));
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
    await client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }));
    await client.send(new DeleteObjectTaggingCommand({ Bucket, Key }));
    await client.send(new CopyObjectCommand({ Bucket, Key: 'in/copy', CopySource: `${Bucket}/in/a%20b.txt` }));
    await new Upload({ client, params: { Bucket, Key: 'in/parts', Body: Buffer.alloc(6 * 2 ** 20) } }).done();
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'in/copy' }));
    const Status = 'Enabled' as const;
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'again' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await client.send(new DeleteObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) }));
    await waitFor('nine notifications', () => received.length >= 9);
    const told = received.map(({ eventName, s3: { object } }) => `${eventName} ${object.key}`);
    expect(told.toSorted()).toEqual(
      [
        'ObjectCreated:Put in/a+b.txt',
        'ObjectTagging:Put in/a+b.txt',
        'ObjectTagging:Delete in/a+b.txt',
        'ObjectCreated:Copy in/copy',
        'ObjectCreated:CompleteMultipartUpload in/parts',
        'ObjectRemoved:Delete in/copy',
        'ObjectCreated:Put in/a+b.txt',
        'ObjectRemoved:DeleteMarkerCreated in/a+b.txt',
        'ObjectRemoved:Delete in/a+b.txt',
      ].toSorted(),
    );
    expect(received.every(({ s3 }) => s3.configurationId === 'incoming' && s3.bucket.name === Bucket)).toBe(true);
    expect(received.find(({ s3 }) => s3.object.key === 'in/parts')?.s3.object.size).toBe(6 * 2 ** 20);
    const removed = received.findLast(({ eventName }) => eventName === 'ObjectRemoved:Delete');
    expect(removed?.s3.object.versionId).toBe(VersionId);
  });
});

describe('an access key', () => {
  async function keyed(...limits: string[]): Promise<{ id: string; s3: S3Client }> {
    const made = await door.bramble.cli(['access-key', 'create', 'narrow', ...limits, '--json']);
    expect(made.code, made.stderr).toBe(0);
    const { id, secret } = JSON.parse(made.stdout) as { id: string; secret: string };
    return { id, s3: door.clientOf(id, secret) };
  }

  test('that may read and list one prefix of one bucket may do no more', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'shown/a', Body: 'a' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'hidden/a', Body: 'a' }));
    await client.send(new CreateBucketCommand({ Bucket: 'beside' }));
    const { s3: reader } = await keyed('--bucket', Bucket, '--prefix', 'shown/', '--allow', 'read,list');
    const denied = { name: 'AccessDenied' };
    expect((await reader.send(new GetObjectCommand({ Bucket, Key: 'shown/a' }))).ContentLength).toBe(1);
    const listed = await reader.send(new ListObjectsV2Command({ Bucket, Prefix: 'shown/' }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['shown/a']);
    await expect(reader.send(new GetObjectCommand({ Bucket, Key: 'hidden/a' }))).rejects.toMatchObject(denied);
    await expect(reader.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject(denied);
    await expect(reader.send(new ListObjectsV2Command({ Bucket: 'beside' }))).rejects.toMatchObject(denied);
    const put = new PutObjectCommand({ Bucket, Key: 'shown/b', Body: 'b' });
    await expect(reader.send(put)).rejects.toMatchObject(denied);
    await expect(reader.send(new DeleteObjectCommand({ Bucket, Key: 'shown/a' }))).rejects.toMatchObject(denied);
    await expect(reader.send(new CreateBucketCommand({ Bucket: 'another' }))).rejects.toMatchObject(denied);
    reader.destroy();
  });

  test('that may write only puts what it cannot read', async () => {
    const { s3: writer } = await keyed('--bucket', Bucket, '--allow', 'write');
    await writer.send(new PutObjectCommand({ Bucket, Key: 'dropped', Body: 'a' }));
    await expect(writer.send(new GetObjectCommand({ Bucket, Key: 'dropped' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    writer.destroy();
  });

  test('that is revoked is none at once', async () => {
    const { id, s3 } = await keyed();
    await s3.send(new ListObjectsV2Command({ Bucket }));
    expect((await door.bramble.cli(['access-key', 'rm', id])).code).toBe(0);
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    s3.destroy();
  });
});
