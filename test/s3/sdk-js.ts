/** The AWS SDK for JavaScript, version 3. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutBucketVersioningCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, test } from 'vitest';
import { KEYS, LARGE_BYTES, run, type S3Door } from './door.ts';

const PART_BYTES = 16 * 2 ** 20;
const PARTS = Math.ceil(LARGE_BYTES / PART_BYTES);

export function sdkClient(door: S3Door): S3Client {
  const httpsAgent = new Agent({ ca: readFileSync(door.caFile), keepAlive: true, maxSockets: 64 });
  return new S3Client({
    endpoint: door.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: door.accessKeyId, secretAccessKey: door.secretAccessKey },
    requestHandler: new NodeHttpHandler({ httpsAgent }),
  });
}

export function sdkJs(open: () => S3Door): void {
  test('uploads 200 MB in parts, reads it whole, in ranges and by part number, copies and presigns it', async () => {
    const door = open();
    using client = disposable(sdkClient(door));
    const Bucket = 'sdk-js';
    await client.send(new CreateBucketCommand({ Bucket }));
    const Key = 'folder/ä+large%20.bin';
    const Body = createReadStream(door.large.path);
    const upload = new Upload({
      client,
      params: { Bucket, Key, Body, Metadata: { colour: 'green' } },
      partSize: PART_BYTES,
    });
    const { ETag } = await upload.done();
    expect(ETag).toMatch(new RegExp(`-${PARTS}"$`));

    const hash = createHash('sha256');
    for await (const piece of (await client.send(new GetObjectCommand({ Bucket, Key }))).Body as Readable)
      hash.update(piece);
    expect(hash.digest('hex')).toBe(door.large.sha256);
    const suffix = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=-10' }));
    expect([suffix.ContentLength, suffix.ContentRange]).toEqual([
      10,
      `bytes ${LARGE_BYTES - 10}-${LARGE_BYTES - 1}/${LARGE_BYTES}`,
    ]);
    suffix.Body?.transformToByteArray();
    const part = await client.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect([part.PartsCount, part.ContentLength, part.Metadata]).toEqual([PARTS, PART_BYTES, { colour: 'green' }]);
    const attributes = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectSize', 'ObjectParts'] }),
    );
    expect([attributes.ObjectSize, attributes.ObjectParts?.TotalPartsCount]).toEqual([LARGE_BYTES, PARTS]);

    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'copy' }), { expiresIn: 60 });
    const fetched = await run('curl', [
      '-sSf',
      '--cacert',
      door.caFile,
      '-r',
      '0-3',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      url,
    ]);
    expect(fetched.stdout).toBe('206');
    const putUrl = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'put' }), { expiresIn: 60 });
    await run('curl', ['-sSf', '--cacert', door.caFile, '-X', 'PUT', '--data-binary', 'presigned', putUrl]);
    expect(await (await client.send(new GetObjectCommand({ Bucket, Key: 'put' }))).Body?.transformToString()).toBe(
      'presigned',
    );

    await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: 'copy' }, { Key: 'put' }] } }),
    );
    await expect(client.send(new GetObjectCommand({ Bucket, Key }))).rejects.toThrow(NoSuchKey);
    await client.send(new DeleteBucketCommand({ Bucket }));
  });

  test('lists thousands of keys in order', async () => {
    using client = disposable(sdkClient(open()));
    const found: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket: KEYS.bucket, MaxKeys: 999 })) {
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    }
    expect(found).toHaveLength(KEYS.count);
    expect(found).toEqual([...found].sort());
  });

  test('keeps versions, and gives an old one back', async () => {
    using client = disposable(sdkClient(open()));
    const [Bucket, Key] = ['sdk-versions', 'file'];
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const first = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'first' }));
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'second' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    const { VersionId } = first;
    const old = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    expect(await old.Body?.transformToString()).toBe('first');
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect([Versions.length, DeleteMarkers.length]).toEqual([2, 1]);
    for (const version of [...Versions, ...DeleteMarkers]) {
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: version.VersionId }));
    }
    await client.send(new DeleteBucketCommand({ Bucket }));
  });
}

function disposable(client: S3Client): S3Client & Disposable {
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() });
}
