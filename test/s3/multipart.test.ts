/** Uploads in parts against a whole bramble: what S3's API Reference says of each operation, by operation and error code. */
import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  ChecksumType,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteBucketCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSmallDoor, type SmallDoor } from './small-door.ts';

const PART = 5 * 2 ** 20;
const Bucket = 'parts';
const letters = (letter: string, length = PART) => Buffer.alloc(length, letter);
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest();
const etagOf = (...parts: Uint8Array[]) =>
  `"${createHash('md5')
    .update(Buffer.concat(parts.map(md5)))
    .digest('hex')}-${parts.length}"`;

let door: SmallDoor;
let client: S3Client;

beforeAll(async () => {
  door = await openSmallDoor();
  client = door.client;
  await client.send(new CreateBucketCommand({ Bucket }));
}, 60_000);
afterAll(() => door[Symbol.asyncDispose]());

async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  if (UploadId === undefined) throw new Error('There is no id of the upload.');
  return UploadId;
}

async function put(Key: string, UploadId: string, PartNumber: number, Body: Uint8Array): Promise<CompletedPart> {
  const {
    ETag,
    $metadata: _,
    ...answered
  } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  expect(ETag).toBe(`"${md5(Body).toString('hex')}"`);
  const { ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } = answered;
  return {
    PartNumber,
    ETag,
    ...(ChecksumCRC32 && { ChecksumCRC32 }),
    ...(ChecksumCRC32C && { ChecksumCRC32C }),
    ...(ChecksumCRC64NVME && { ChecksumCRC64NVME }),
    ...(ChecksumSHA1 && { ChecksumSHA1 }),
    ...(ChecksumSHA256 && { ChecksumSHA256 }),
  };
}

function complete(
  Key: string,
  UploadId: string,
  Parts: CompletedPart[],
  more: Partial<CompleteMultipartUploadCommandInput> = {},
) {
  return client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
  );
}

async function refusal(answer: Promise<unknown>): Promise<[status: number | undefined, code: string]> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof S3ServiceException) return [error.$metadata.httpStatusCode, error.name];
    throw error;
  }
  throw new Error('It was not refused.');
}

async function bytesOf(Key: string, more: { Range?: string; PartNumber?: number } = {}): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

describe('CompleteMultipartUpload', () => {
  test('joins the parts, whatever the order in which they came; the object has what the upload was begun with', async () => {
    const Key = 'a folder/ä+%20.bin';
    const upload = await begin(Key, { ContentType: 'text/plain', Metadata: { colour: 'green' }, Tagging: 'a=b' });
    const third = await put(Key, upload, 7, Buffer.from('the end'));
    const first = await put(Key, upload, 1, letters('a'));
    const second = await put(Key, upload, 3, letters('b'));
    const done = await complete(Key, upload, [first, second, third]);
    expect(done).toMatchObject({ Bucket, Key, ETag: etagOf(letters('a'), letters('b'), Buffer.from('the end')) });
    const whole = Buffer.concat([letters('a'), letters('b'), Buffer.from('the end')]);
    expect((await bytesOf(Key)).equals(whole)).toBe(true);
    expect((await bytesOf(Key, { Range: `bytes=${2 * PART - 2}-${2 * PART + 1}` })).toString()).toBe('bbth');
    expect((await bytesOf(Key, { PartNumber: 7 })).toString()).toBe('the end');
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 3 }));
    expect(head).toMatchObject({
      ContentLength: PART,
      PartsCount: 3,
      ContentType: 'text/plain',
      Metadata: { colour: 'green' },
      TagCount: 1,
    });
  });

  test('said again, it answers the same; another list of parts finds no such upload', async () => {
    const upload = await begin('again');
    const part = await put('again', upload, 1, Buffer.from('x'));
    const { ETag } = await complete('again', upload, [part]);
    expect(await complete('again', upload, [part])).toMatchObject({ ETag });
    const other = { PartNumber: 2, ETag: part.ETag };
    expect(await refusal(complete('again', upload, [other]))).toEqual([404, 'NoSuchUpload']);
    expect(
      await refusal(client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'again', UploadId: upload }))),
    ).toEqual([404, 'NoSuchUpload']);
  });

  test('the last one of two parts of the same number counts', async () => {
    const upload = await begin('twice');
    const old = await put('twice', upload, 1, Buffer.from('old'));
    const part = await put('twice', upload, 1, Buffer.from('new'));
    expect(await refusal(complete('twice', upload, [old]))).toEqual([400, 'InvalidPart']);
    await complete('twice', upload, [part]);
    expect((await bytesOf('twice')).toString()).toBe('new');
  });

  test('parts that are not named are left out', async () => {
    const upload = await begin('some');
    await put('some', upload, 1, Buffer.from('left out'));
    const part = await put('some', upload, 2, Buffer.from('kept'));
    await complete('some', upload, [part]);
    expect((await bytesOf('some')).toString()).toBe('kept');
  });

  test('an empty part makes an empty object', async () => {
    const upload = await begin('empty');
    const part = await put('empty', upload, 1, Buffer.alloc(0));
    expect(await complete('empty', upload, [part])).toMatchObject({ ETag: etagOf(Buffer.alloc(0)) });
    expect(await bytesOf('empty')).toHaveLength(0);
  });

  test('what is wrong with the list of parts', async () => {
    const Key = 'wrong';
    const upload = await begin(Key);
    const small = await put(Key, upload, 1, Buffer.from('too small'));
    const last = await put(Key, upload, 2, Buffer.from('last'));
    const cases: [CompletedPart[], number, string][] = [
      [[], 400, 'MalformedXML'],
      [[small, last], 400, 'EntityTooSmall'],
      [[last, small], 400, 'InvalidPartOrder'],
      [[small, small], 400, 'InvalidPartOrder'],
      [[{ ...small, PartNumber: 9 }], 400, 'InvalidPart'],
      [[{ ...small, ETag: last.ETag }], 400, 'InvalidPart'],
      [[{ PartNumber: 1 }], 400, 'MalformedXML'],
      [[{ ...small, PartNumber: 10_001 }], 400, 'InvalidArgument'],
    ];
    for (const [parts, status, code] of cases) {
      expect([parts, ...(await refusal(complete(Key, upload, parts)))]).toEqual([parts, status, code]);
    }
    expect(await refusal(complete(Key, 'no-such-upload', [small]))).toEqual([404, 'NoSuchUpload']);
    expect(await refusal(complete('another', upload, [small]))).toEqual([404, 'NoSuchUpload']);
    const sized = complete(Key, upload, [last], { MpuObjectSize: 5 });
    expect(await refusal(sized)).toEqual([400, 'InvalidRequest']);
    expect((await complete(Key, upload, [last], { MpuObjectSize: 4 })).ETag).toBe(etagOf(Buffer.from('last')));
  });

  test('If-None-Match and If-Match are about the object that is there', async () => {
    const Key = 'conditional';
    const upload = await begin(Key);
    const part = await put(Key, upload, 1, Buffer.from('one'));
    expect(await refusal(complete(Key, upload, [part], { IfMatch: '"abc"' }))).toEqual([404, 'NoSuchKey']);
    const { ETag } = await complete(Key, upload, [part], { IfNoneMatch: '*' });
    const next = await begin(Key);
    const other = await put(Key, next, 1, Buffer.from('two'));
    expect(await refusal(complete(Key, next, [other], { IfNoneMatch: '*' }))).toEqual([412, 'PreconditionFailed']);
    expect(await refusal(complete(Key, next, [other], { IfMatch: '"abc"' }))).toEqual([412, 'PreconditionFailed']);
    await complete(Key, next, [other], { IfMatch: ETag });
    expect((await bytesOf(Key)).toString()).toBe('two');
  });

  test('in a bucket that keeps versions each completion is one', async () => {
    const versions = { Bucket: 'parts-versions', Key: 'k' };
    await client.send(new CreateBucketCommand({ Bucket: versions.Bucket }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket: versions.Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const ids: (string | undefined)[] = [];
    for (const text of ['one', 'two']) {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(versions));
      const { ETag } = await client.send(
        new UploadPartCommand({ ...versions, UploadId, PartNumber: 1, Body: Buffer.from(text) }),
      );
      const Parts = [{ PartNumber: 1, ETag }];
      const done = await client.send(
        new CompleteMultipartUploadCommand({ ...versions, UploadId, MultipartUpload: { Parts } }),
      );
      ids.push(done.VersionId);
    }
    const old = await client.send(new GetObjectCommand({ ...versions, ...(ids[0] && { VersionId: ids[0] }) }));
    expect([new Set(ids).size, await old.Body?.transformToString()]).toEqual([2, 'one']);
  });
});

describe('checksums of parts and of the whole', () => {
  const bodies = [letters('A'), letters('B'), letters('C')] as const;
  // Published by the conformance suite of Ceph for these very parts.
  test.each([
    [ChecksumAlgorithm.SHA256, ChecksumType.COMPOSITE, 'uWBwpe1dxI4Vw8Gf0X9ynOdw/SS6VBzfWm9giiv1sf4=-3'],
    [ChecksumAlgorithm.CRC64NVME, ChecksumType.FULL_OBJECT, 'i+6LR0y3eFo='],
    [ChecksumAlgorithm.CRC32, ChecksumType.FULL_OBJECT, undefined],
    [ChecksumAlgorithm.CRC32, ChecksumType.COMPOSITE, undefined],
    [ChecksumAlgorithm.CRC32C, ChecksumType.FULL_OBJECT, undefined],
    [ChecksumAlgorithm.SHA1, ChecksumType.COMPOSITE, undefined],
  ])('%s, %s', async (algorithm, type, published) => {
    const Key = `${algorithm}-${type}`;
    const field = `Checksum${algorithm}` as const;
    const upload = await begin(Key, { ChecksumAlgorithm: algorithm, ChecksumType: type });
    const parts: CompletedPart[] = [];
    for (const [index, Body] of bodies.entries()) {
      const sent = await client.send(
        new UploadPartCommand({
          Bucket,
          Key,
          UploadId: upload,
          PartNumber: index + 1,
          Body,
          ChecksumAlgorithm: algorithm,
        }),
      );
      parts.push({ PartNumber: index + 1, ETag: sent.ETag, [field]: sent[field] });
    }
    const listed = await client.send(new ListPartsCommand({ Bucket, Key, UploadId: upload }));
    expect([listed.ChecksumAlgorithm, listed.ChecksumType]).toEqual([algorithm, type]);
    expect(listed.Parts?.map((part) => part[field])).toEqual(parts.map((part) => part[field]));
    const wrong = complete(Key, upload, parts, { [field]: parts[0]?.[field] });
    expect(await refusal(wrong)).toEqual([400, 'BadDigest']);
    const done = await complete(Key, upload, parts, { ChecksumType: type, ...(published && { [field]: published }) });
    expect(done.ChecksumType).toBe(type);
    if (published) expect(done[field]).toBe(published);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect([head[field], head.ChecksumType]).toEqual([done[field], type]);
    const second = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED', PartNumber: 2 }));
    expect(second[field]).toBe(parts[1]?.[field]);
    const attributes = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['Checksum', 'ObjectParts'] }),
    );
    expect(attributes.ObjectParts?.TotalPartsCount).toBe(3);
    if (type === ChecksumType.FULL_OBJECT) {
      // The same as that of the bytes stored at once.
      const Body = Buffer.concat(bodies);
      const whole = await client.send(
        new PutObjectCommand({ Bucket, Key: `${Key}-whole`, Body, ChecksumAlgorithm: algorithm }),
      );
      expect(whole[field]).toBe(done[field]);
    }
  });

  test('a declaration that cannot be is refused, and a part with another checksum than was declared', async () => {
    const declare = (ChecksumAlgorithm: ChecksumAlgorithm | undefined, ChecksumType: ChecksumType) =>
      refusal(begin('declared', { ...(ChecksumAlgorithm && { ChecksumAlgorithm }), ChecksumType }));
    expect(await declare('SHA256', 'FULL_OBJECT')).toEqual([400, 'InvalidRequest']);
    expect(await declare('CRC64NVME', 'COMPOSITE')).toEqual([400, 'InvalidRequest']);
    expect(await declare('MD5' as ChecksumAlgorithm, 'COMPOSITE')).toEqual([400, 'InvalidRequest']);
    const UploadId = await begin('declared', { ChecksumAlgorithm: 'SHA256' });
    const other = new UploadPartCommand({
      Bucket,
      Key: 'declared',
      UploadId,
      PartNumber: 1,
      Body: 'x',
      ChecksumAlgorithm: 'CRC32',
    });
    expect(await refusal(client.send(other))).toEqual([400, 'InvalidRequest']);
  });
});

describe('UploadPart', () => {
  test.each([0, 10_001, -1])('part number %i is none', async (PartNumber) => {
    const UploadId = await begin('numbers');
    const sent = client.send(new UploadPartCommand({ Bucket, Key: 'numbers', UploadId, PartNumber, Body: 'x' }));
    expect(await refusal(sent)).toEqual([400, 'InvalidArgument']);
  });

  test('an upload that is not there is told before the body is sent', async () => {
    const UploadId = 'multipart_0';
    const sent = client.send(new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'x' }));
    expect(await refusal(sent)).toEqual([404, 'NoSuchUpload']);
  });
});

describe('UploadPartCopy', () => {
  test('copies a range or all of an object; ranges beyond its end or of another form are refused', async () => {
    const source = Buffer.concat([letters('s'), letters('t')]);
    await client.send(
      new PutObjectCommand({ Bucket, Key: 'a source', Body: source, ContentMD5: md5(source).toString('base64') }),
    );
    const Key = 'copied';
    const UploadId = await begin(Key);
    const copy = (PartNumber: number, CopySourceRange?: string, more = {}) =>
      client.send(
        new UploadPartCopyCommand({
          Bucket,
          Key,
          UploadId,
          PartNumber,
          CopySource: `${Bucket}/a%20source`,
          ...(CopySourceRange !== undefined && { CopySourceRange }),
          ...more,
        }),
      );
    const { CopyPartResult: whole } = await copy(1);
    expect(whole?.ETag).toBe(`"${md5(source).toString('hex')}"`);
    const { CopyPartResult: range } = await copy(2, `bytes=${PART - 1}-${PART}`);
    expect(await refusal(copy(3, `bytes=0-${2 * PART}`))).toEqual([416, 'InvalidRange']);
    for (const wrong of ['0-2', 'bytes=0', 'bytes=hello-world', 'bytes=0-bar', 'bytes=hello-', 'bytes=0-2,3-5']) {
      expect([wrong, ...(await refusal(copy(3, wrong)))]).toEqual([wrong, 400, 'InvalidArgument']);
    }
    expect(await refusal(copy(3, undefined, { CopySource: `${Bucket}/nothing` }))).toEqual([404, 'NoSuchKey']);
    expect(await refusal(copy(3, undefined, { CopySourceIfMatch: '"abc"' }))).toEqual([412, 'PreconditionFailed']);
    await complete(Key, UploadId, [
      { PartNumber: 1, ETag: whole?.ETag },
      { PartNumber: 2, ETag: range?.ETag },
    ]);
    expect((await bytesOf(Key)).equals(Buffer.concat([source, Buffer.from('st')]))).toBe(true);
  });
});

describe('listings', () => {
  test('ListParts goes through the parts page by page, in order of their numbers', async () => {
    const Key = 'pages';
    const UploadId = await begin(Key);
    for (const number of [10, 2, 300]) await put(Key, UploadId, number, Buffer.from(`${number}`));
    const first = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }));
    expect(first).toMatchObject({
      IsTruncated: true,
      NextPartNumberMarker: '10',
      MaxParts: 2,
      StorageClass: 'STANDARD',
    });
    expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [2, 1],
      [10, 2],
    ]);
    const rest = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker: '10' }));
    expect([rest.IsTruncated, rest.Parts?.map(({ PartNumber }) => PartNumber)]).toEqual([false, [300]]);
    expect(await refusal(client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: -1 })))).toEqual([
      400,
      'InvalidArgument',
    ]);
  });

  test('ListMultipartUploads goes through them by key and upload, with prefixes; aborted ones are gone', async () => {
    const listed = { Bucket: 'parts-listed' };
    await client.send(new CreateBucketCommand(listed));
    const keys = ['a', 'b/1', 'b/2', 'c', 'c', 'd e'];
    const ids: [string, string | undefined][] = [];
    for (const Key of keys) {
      ids.push([Key, (await client.send(new CreateMultipartUploadCommand({ ...listed, Key }))).UploadId]);
    }
    const pages: [string | undefined, string | undefined][][] = [];
    let markers: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const page = await client.send(new ListMultipartUploadsCommand({ ...listed, MaxUploads: 2, ...markers }));
      pages.push((page.Uploads ?? []).map(({ Key, UploadId }) => [Key, UploadId]));
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' };
    }
    expect([pages.map((page) => page.length), pages.flat()]).toEqual([[2, 2, 2], ids]);
    const folders = await client.send(new ListMultipartUploadsCommand({ ...listed, Delimiter: '/', MaxUploads: 2 }));
    expect([folders.Uploads?.map(({ Key }) => Key), folders.CommonPrefixes]).toEqual([['a'], [{ Prefix: 'b/' }]]);
    const behind = await client.send(
      new ListMultipartUploadsCommand({
        ...listed,
        Delimiter: '/',
        KeyMarker: folders.NextKeyMarker,
        EncodingType: 'url',
      }),
    );
    expect(behind.Uploads?.map(({ Key }) => Key)).toEqual(['c', 'c', 'd%20e']);
    const prefixed = await client.send(new ListMultipartUploadsCommand({ ...listed, Prefix: 'b/' }));
    expect(prefixed.Uploads?.map(({ Key }) => Key)).toEqual(['b/1', 'b/2']);
    expect(prefixed.Uploads?.[0]?.Owner).toEqual(prefixed.Uploads?.[0]?.Initiator);
    for (const [Key, UploadId] of ids.slice(0, 3)) {
      await client.send(new AbortMultipartUploadCommand({ ...listed, Key, UploadId }));
    }
    const left = await client.send(new ListMultipartUploadsCommand(listed));
    expect(left.Uploads?.map(({ Key }) => Key)).toEqual(['c', 'c', 'd e']);
    // Uploads are no content: a bucket goes with those in it.
    await client.send(new DeleteBucketCommand(listed));
    expect(await refusal(client.send(new ListMultipartUploadsCommand(listed)))).toEqual([404, 'NoSuchBucket']);
  });
});
