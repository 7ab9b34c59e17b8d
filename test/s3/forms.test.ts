/** POST Object against a whole bramble: what S3's API Reference says of forms and their policies, case by case. */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { Agent, FormData, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSmallDoor, type SmallDoor } from './small-door.ts';

const Bucket = 'forms';
const FUTURE = new Date(Date.now() + 3_600_000).toISOString();
const DATE = `${new Date().toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;

let door: SmallDoor;
let agent: Agent;

beforeAll(async () => {
  door = await openSmallDoor();
  agent = new Agent({ connect: { ca: readFileSync(door.bramble.caFile, 'utf8') } });
  await door.client.send(new CreateBucketCommand({ Bucket }));
}, 60_000);
afterAll(async () => {
  await agent.close();
  await door[Symbol.asyncDispose]();
});

type Field = [name: string, value: string];
interface Posted {
  status: number;
  code: string | undefined;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

async function post(fields: readonly Field[], file: string | null = 'bar', bucket = Bucket): Promise<Posted> {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  if (file !== null) form.append('file', new Blob([file], { type: 'text/x-own' }), 'own name.txt');
  return await send(form, bucket);
}

async function send(body: FormData | Buffer, bucket: string, headers: Record<string, string> = {}): Promise<Posted> {
  const answer = await request(`${door.bramble.s3Url}/${bucket}`, { method: 'POST', body, headers, dispatcher: agent });
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    code: /<Code>(\w+)<\/Code>/.exec(text)?.[1],
    text,
    headers: answer.headers,
  };
}

const credential = () => `${door.accessKeyId}/${DATE.slice(0, 8)}/us-east-1/s3/aws4_request`;

/** The conditions that the signature's own fields need. */
const ofSignature = () => [
  { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
  { 'x-amz-credential': credential() },
  { 'x-amz-date': DATE },
];

function signed(policy: unknown, fields: readonly Field[]): Field[] {
  const encoded = Buffer.from(typeof policy === 'string' ? policy : JSON.stringify(policy)).toString('base64');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${door.secretAccessKey}`, DATE.slice(0, 8)));
  return [
    ...fields,
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-credential', credential()],
    ['x-amz-date', DATE],
    ['policy', encoded],
    ['x-amz-signature', hmac(key, encoded).toString('hex')],
  ];
}

/** A policy over the usual fields, with more conditions. */
const policyOf = (...conditions: unknown[]) => ({
  expiration: FUTURE,
  conditions: [{ bucket: Bucket }, ['starts-with', '$key', 'foo'], ...ofSignature(), ...conditions],
});
const KEY: Field = ['key', 'foo.txt'];

describe('a signed form', () => {
  test('is stored with its metadata, and answered by 204 without content', async () => {
    const answer = await post(
      signed(policyOf(['starts-with', '$Content-Type', 'text/'], { 'x-amz-meta-colour': 'grün' }, { acl: 'private' }), [
        ['KEY', 'foo.txt'],
        ['Content-Type', 'text/plain'],
        ['x-amz-meta-colour', 'grün'],
        ['acl', 'private'],
        ['x-ignore-this', 'x'],
      ]),
    );
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers.etag).toBe(`"${createHash('md5').update('bar').digest('hex')}"`);
    const got = await door.client.send(new GetObjectCommand({ Bucket, Key: 'foo.txt' }));
    expect([got.ContentType, await got.Body?.transformToString()]).toEqual(['text/plain', 'bar']);
    expect(Buffer.from(got.Metadata?.colour ?? '', 'latin1').toString('utf8')).toBe('grün');
  });

  test('of some megabytes goes to chunks of its own', async () => {
    const file = 'x'.repeat(3 * 2 ** 20);
    expect(await post(signed(policyOf(), [['key', 'foo-large']]), file)).toMatchObject({ status: 204 });
    const head = await door.client.send(new HeadObjectCommand({ Bucket, Key: 'foo-large' }));
    expect([head.ContentLength, head.ETag]).toEqual([3 * 2 ** 20, `"${createHash('md5').update(file).digest('hex')}"`]);
  });

  test('names its key by the file', async () => {
    const answer = await post(
      signed(policyOf(['starts-with', '$success_action_status', '2']), [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what S3 puts the file's name for.
        ['key', 'foo/${filename}'],
        ['success_action_status', '201'],
      ]),
    );
    expect(answer.status).toBe(201);
    expect(answer.text).toContain('<Key>foo/own name.txt</Key>');
    expect(answer.text).toContain(`<Bucket>${Bucket}</Bucket>`);
    expect(answer.headers.location).toMatch(/\/forms\/foo\/own%20name\.txt$/);
  });

  test.each([
    ['200', 200],
    ['404', 204],
  ])('asked for status %s answers %i', async (wanted, status) => {
    const fields: Field[] = [KEY, ['success_action_status', wanted]];
    expect(await post(signed(policyOf({ success_action_status: wanted }), fields))).toMatchObject({ status });
  });

  test('redirects with bucket, key and ETag; what is no URL is not followed', async () => {
    const to = 'https://example.net/done?a=b';
    const redirect = (url: string) =>
      post(signed(policyOf(['eq', '$success_action_redirect', url]), [KEY, ['success_action_redirect', url]]));
    const { status, headers } = await redirect(to);
    const etag = createHash('md5').update('bar').digest('hex');
    expect([status, headers.location]).toEqual([303, `${to}&bucket=${Bucket}&key=foo.txt&etag=%22${etag}%22`]);
    expect(await redirect('no url')).toMatchObject({ status: 204 });
  });

  test('keeps its tags', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    expect(await post(signed(policyOf({ tagging }), [KEY, ['tagging', tagging]]))).toMatchObject({ status: 204 });
    expect((await door.client.send(new HeadObjectCommand({ Bucket, Key: 'foo.txt' }))).TagCount).toBe(1);
  });

  test('is held to the checksum that it says', async () => {
    const right = createHash('sha256').update('bar').digest('base64');
    const wrong = createHash('sha256').update('other').digest('base64');
    const by = (checksum: string) =>
      post(signed(policyOf(['starts-with', '$x-amz-checksum-sha256', '']), [KEY, ['x-amz-checksum-sha256', checksum]]));
    expect(await by(right)).toMatchObject({ status: 204, headers: { 'x-amz-checksum-sha256': right } });
    expect(await by(wrong)).toMatchObject({ status: 400, code: 'BadDigest' });
  });
});

describe('a form is refused', () => {
  const base = { expiration: FUTURE, conditions: [] as unknown[] };
  const cases: [what: string, policy: () => unknown, fields: Field[], status: number, code: string][] = [
    [
      'when its policy is over',
      () => ({ ...policyOf(), expiration: '2020-01-01T00:00:00Z' }),
      [KEY],
      403,
      'AccessDenied',
    ],
    ['when a field has no condition', () => policyOf(), [KEY, ['x-amz-meta-foo', 'bar']], 403, 'AccessDenied'],
    [
      'when a condition does not hold',
      () => policyOf(['eq', '$x-amz-meta-foo', '']),
      [KEY, ['x-amz-meta-foo', 'x']],
      403,
      'AccessDenied',
    ],
    ['when a field is missing', () => policyOf(['starts-with', '$x-amz-meta-foo', 'bar']), [KEY], 403, 'AccessDenied'],
    ['when its key is another', () => policyOf(), [['key', 'bar.txt']], 403, 'AccessDenied'],
    ['when it is for another bucket', () => policyOf({ bucket: 'another' }), [KEY], 403, 'AccessDenied'],
    ['when its policy is no JSON', () => '{', [KEY], 400, 'InvalidPolicyDocument'],
    ['when its policy has no expiration', () => ({ conditions: [] }), [KEY], 400, 'InvalidPolicyDocument'],
    ['when its policy has no conditions', () => ({ expiration: FUTURE }), [KEY], 400, 'InvalidPolicyDocument'],
    [
      'when CONDITIONS is written large',
      () => ({ expiration: FUTURE, CONDITIONS: [] }),
      [KEY],
      400,
      'InvalidPolicyDocument',
    ],
    [
      'when its expiration is no time',
      () => ({ ...base, expiration: '2100-01-01 00:00:00' }),
      [KEY],
      400,
      'InvalidPolicyDocument',
    ],
    ['when a condition is empty', () => ({ ...base, conditions: [{}] }), [KEY], 400, 'InvalidPolicyDocument'],
    [
      'when a condition has one length',
      () => policyOf(['content-length-range', 0]),
      [KEY],
      400,
      'InvalidPolicyDocument',
    ],
    ['when a length is negative', () => policyOf(['content-length-range', -1, 0]), [KEY], 400, 'InvalidPolicyDocument'],
    ['when an operator is none', () => policyOf(['like', '$key', 'foo']), [KEY], 400, 'InvalidPolicyDocument'],
    ['when its file is too long', () => policyOf(['content-length-range', 0, 2]), [KEY], 400, 'EntityTooLarge'],
    ['when its file is too short', () => policyOf(['content-length-range', 4, 9]), [KEY], 400, 'EntityTooSmall'],
    ['when it has no key', () => policyOf(), [], 400, 'InvalidArgument'],
    ['when its key is too long', () => policyOf(), [['key', `foo${'x'.repeat(1024)}`]], 400, 'KeyTooLongError'],
  ];
  test.each(cases)('%s', async (_, policy, fields, status, code) => {
    expect(await post(signed(policy(), fields))).toMatchObject({ status, code });
  });

  test('when its signature is of another policy, or of nobody known', async () => {
    const other = signed(policyOf(), [KEY]).map(([name, value]): Field => {
      return name === 'policy' ? [name, Buffer.from('{}').toString('base64')] : [name, value];
    });
    expect(await post(other)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    const unknown = signed(policyOf(), [KEY]).map(([name, value]): Field => {
      return [name, name === 'x-amz-credential' ? value.replace(/^\w+/, 'NOBODYNOBODYNOBODY') : value];
    });
    expect(await post(unknown)).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
  });

  test('without a file, with too much before it, and when it is no form', async () => {
    expect(await post(signed(policyOf(), [KEY]), null)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    const much: Field[] = [KEY, ['x-ignore-much', 'x'.repeat(30_000)]];
    expect(await post(signed(policyOf(), much))).toMatchObject({ code: 'MaxPostPreDataLengthExceededError' });
    const text = Buffer.from('key=foo');
    expect(await send(text, Bucket, { 'content-type': 'text/plain' })).toMatchObject({ status: 412 });
    const cut = Buffer.from('--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nfoo\r\n--b\r\nContent-Disp');
    const malformed = await send(cut, Bucket, { 'content-type': 'multipart/form-data; boundary=b' });
    expect(malformed).toMatchObject({ status: 400, code: 'MalformedPOSTRequest' });
  });

  test('when its file is cut short, and nothing is stored', async () => {
    const fields = signed(policyOf(), [['key', 'foo-cut']])
      .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join('');
    const cut = `${fields}--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf of it`;
    const answer = await send(Buffer.from(cut), Bucket, { 'content-type': 'multipart/form-data; boundary=b' });
    expect(answer).toMatchObject({ status: 400, code: 'MalformedPOSTRequest' });
    await expect(door.client.send(new HeadObjectCommand({ Bucket, Key: 'foo-cut' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

test('a form that nobody signed is stored only where the bucket lets everyone write', async () => {
  expect(await post([KEY])).toMatchObject({ status: 403, code: 'AccessDenied' });
  const open = 'forms-open';
  await door.client.send(new CreateBucketCommand({ Bucket: open }));
  const Resource = `arn:aws:s3:::${open}/*`;
  const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:PutObject', Resource }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await door.client.send(new PutBucketPolicyCommand({ Bucket: open, Policy }));
  expect(await post([KEY], 'bar', open)).toMatchObject({ status: 204 });
});
