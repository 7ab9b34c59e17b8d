/** POST Object at the edges of its reference: names and values as browsers write them, and what makes a form none. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, amzDate, type RawAnswer, rawRequests } from '../../../../test/s3/raw-request.ts';
import { openSmallDoor, type SmallDoor } from '../../../../test/s3/small-door.ts';

const BUCKET = 'posted-forms';
const FUTURE = new Date(Date.now() + 3_600_000).toISOString();
const BOUNDARY = 'between-fields';
const stack = new AsyncDisposableStack();
let door: SmallDoor;
let ask: Ask;

beforeAll(async () => {
  door = stack.use(await openSmallDoor());
  ask = stack.use(rawRequests(door));
  await ask({ method: 'PUT', target: `/${BUCKET}` });
});
afterAll(() => stack.disposeAsync());

type Field = readonly [name: string, value: string];

interface FormCase {
  section: string;
  name: string;
  fields?: readonly Field[];
  /** Besides that of the signature's own fields. */
  conditions?: readonly unknown[];
  /** Instead of all conditions and the expiration. */
  policy?: unknown;
  signing?: { region?: string; service?: string; scopeDate?: string; date?: string; secret?: string };
  /** Of the signed fields, those that are not sent, or sent otherwise. */
  sent?: Readonly<Record<string, string | undefined>>;
  host?: string;
  target?: string;
  contentType?: string;
  /** Behind the file. */
  trailing?: readonly Field[];
  status: number;
  code?: string;
  /** What is stored then under `foo.txt`, or under this. */
  stored?: string;
}

function signedFields({ fields = [], conditions = [], policy, signing = {}, target = '' }: FormCase): Field[] {
  const date = signing.date ?? amzDate();
  const scope = `${signing.scopeDate ?? date.slice(0, 8)}/${signing.region ?? 'us-east-1'}/${signing.service ?? 's3'}/aws4_request`;
  const own = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${door.accessKeyId}/${scope}`,
    'x-amz-date': date,
  };
  const usual = [
    { bucket: target.slice(1) || BUCKET },
    ['starts-with', '$key', ''],
    ...Object.entries(own).map(([name, value]) => ({ [name]: value })),
  ];
  const document = policy ?? { expiration: FUTURE, conditions: [...usual, ...conditions] };
  const encoded = Buffer.from(JSON.stringify(document)).toString('base64');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${signing.secret ?? door.secretAccessKey}`);
  return [
    ...(fields.some(([name]) => name.toLowerCase() === 'key') ? [] : [['key', 'foo.txt'] as const]),
    ...fields,
    ...Object.entries(own),
    ['policy', encoded],
    ['x-amz-signature', hmac(key, encoded).toString('hex')],
  ];
}

async function post(asked: FormCase): Promise<RawAnswer> {
  const {
    sent = {},
    trailing = [],
    host,
    target = `/${BUCKET}`,
    contentType = `multipart/form-data; boundary=${BOUNDARY}`,
  } = asked;
  const changed = signedFields(asked).flatMap(([name, value]): Field[] => {
    const instead = name in sent ? sent[name] : value;
    return instead === undefined ? [] : [[name, instead]];
  });
  const extra = Object.entries(sent).flatMap(([name, value]): Field[] =>
    value === undefined || changed.some(([other]) => other === name) ? [] : [[name, value]],
  );
  const part = ([name, value]: Field) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="own.txt"\r\n\r\nbar\r\n`;
  const body = [...[...changed, ...extra].map(part), file, ...trailing.map(part), `--${BOUNDARY}--\r\n`].join('');
  const headers = { 'content-type': contentType, ...(host !== undefined && { host }) };
  return await ask({ method: 'POST', target, headers, body, isAnonymous: true });
}

const FORM = 'POST Object, Form Fields';
const POLICY = 'Browser-Based Uploads Using POST, POST Policy';
const SIGNATURE = 'Browser-Based Uploads Using POST, Calculating a Signature';

const CASES: FormCase[] = [
  {
    section: FORM,
    name: 'names of fields know no case',
    fields: [
      ['KEY', 'case.txt'],
      ['ACL', 'private'],
    ],
    conditions: [{ acl: 'private' }],
    status: 204,
    stored: 'case.txt',
  },
  {
    section: POLICY,
    name: 'nor do those of conditions, nor operators',
    fields: [
      ['acl', 'private'],
      ['Content-Type', 'text/plain'],
    ],
    conditions: [{ AcL: 'private' }, ['StArTs-WiTh', '$CoNtEnT-TyPe', 'text/'], ['cOnTeNt-LeNgTh-RaNgE', 0, 1024]],
    status: 204,
    stored: 'foo.txt',
  },
  {
    section: POLICY,
    name: 'lengths may be written as text',
    conditions: [['content-length-range', '1', '1024']],
    status: 204,
    stored: 'foo.txt',
  },
  {
    section: POLICY,
    name: 'a dollar in a value is one',
    fields: [['key', '\\$foo.txt']],
    conditions: [['starts-with', '$key', '\\$foo']],
    status: 204,
    stored: '%5C%24foo.txt',
  },
  {
    section: POLICY,
    name: 'any value fits an empty beginning',
    fields: [['x-amz-meta-foo', 'barclamp']],
    conditions: [['starts-with', '$x-amz-meta-foo', '']],
    status: 204,
  },
  {
    section: FORM,
    name: 'fields that begin with x-ignore- need no condition',
    fields: [['x-ignore-foo', 'bar']],
    status: 204,
  },
  {
    section: FORM,
    name: 'what stands behind the file is not looked at',
    trailing: [['x-amz-meta-late', 'x']],
    status: 204,
  },
  {
    section: FORM,
    name: 'a status that is none becomes 204',
    fields: [['success_action_status', '404']],
    conditions: [['starts-with', '$success_action_status', '']],
    status: 204,
  },
  {
    section: FORM,
    name: 'the key is kept exactly',
    fields: [['key', 'a/../b//c+d']],
    status: 204,
    stored: 'a/../b//c+d',
  },
  {
    section: 'User Guide, Virtual hosting of general purpose buckets',
    name: 'a form to the bucket’s own host',
    host: `${BUCKET}.s3.localhost`,
    target: '/',
    status: 204,
  },
  {
    section: 'Error responses, NoSuchBucket',
    name: 'a bucket that is not there',
    target: '/no-posted-forms',
    status: 404,
    code: 'NoSuchBucket',
  },
  {
    section: POLICY,
    name: 'EXPIRATION is not expiration',
    policy: { EXPIRATION: FUTURE, conditions: [] },
    status: 400,
    code: 'InvalidPolicyDocument',
  },
  {
    section: POLICY,
    name: 'a condition of another bucket does not hold',
    conditions: [{ bucket: 'another' }],
    status: 403,
    code: 'AccessDenied',
  },
  {
    section: POLICY,
    name: 'a field that has no condition',
    fields: [['x-amz-meta-foo', 'bar']],
    status: 403,
    code: 'AccessDenied',
  },
  {
    section: POLICY,
    name: 'a length with one bound',
    conditions: [['content-length-range', 0]],
    status: 400,
    code: 'InvalidPolicyDocument',
  },
  {
    section: POLICY,
    name: 'a file below the least length',
    conditions: [['content-length-range', 512, 1024]],
    status: 400,
    code: 'EntityTooSmall',
  },
  {
    section: POLICY,
    name: 'a file above the greatest length',
    conditions: [['content-length-range', 0, 0]],
    status: 400,
    code: 'EntityTooLarge',
  },
  {
    section: SIGNATURE,
    name: 'of another secret',
    signing: { secret: 'another' },
    status: 403,
    code: 'SignatureDoesNotMatch',
  },
  {
    section: SIGNATURE,
    name: 'for another region',
    signing: { region: 'mars-1' },
    status: 400,
    code: 'InvalidArgument',
  },
  {
    section: SIGNATURE,
    name: 'for another service',
    signing: { service: 'ec2' },
    status: 400,
    code: 'InvalidArgument',
  },
  {
    section: SIGNATURE,
    name: 'of another day',
    signing: { scopeDate: '20130524' },
    status: 400,
    code: 'InvalidArgument',
  },
  {
    section: SIGNATURE,
    name: 'with a time that is none',
    signing: { date: 'yesterday' },
    status: 400,
    code: 'InvalidArgument',
  },
  ...['policy', 'x-amz-credential', 'x-amz-date', 'x-amz-signature', 'x-amz-algorithm'].map(
    (name): FormCase => ({
      section: SIGNATURE,
      name: `without ${name}`,
      sent: { [name]: undefined },
      status: 400,
      code: 'InvalidArgument',
    }),
  ),
  {
    section: 'Signature Version 2',
    name: 'is refused',
    sent: { AWSAccessKeyId: 'AKIAIGR7ZNNBHC5BKSUB', signature: 'FWeDfwojDSdS2Ztmpfeubhd9isU=' },
    status: 400,
    code: 'InvalidRequest',
  },
  {
    section: 'Error responses, InvalidArgument',
    name: 'a form without a key',
    fields: [['key', '']],
    status: 400,
    code: 'InvalidArgument',
  },
  {
    section: 'Error responses, MalformedPOSTRequest',
    name: 'a form without a boundary',
    contentType: 'multipart/form-data',
    status: 400,
    code: 'MalformedPOSTRequest',
  },
  {
    section: 'Error responses, RequestIsNotMultiPartContent',
    name: 'a form in the query’s form',
    contentType: 'application/x-www-form-urlencoded',
    status: 412,
    code: 'RequestIsNotMultiPartContent',
  },
];

describe('POST Object', () => {
  test.each(CASES.map((one) => [`${one.section}: ${one.name}`, one] as const))('%s', async (_title, one) => {
    const answer = await post(one);
    expect({ status: answer.status, code: answer.code }, answer.text).toEqual({
      status: one.status,
      code: one.code ?? '',
    });
    if (one.stored === undefined) return;
    const got = await ask({ target: `/${BUCKET}/${one.stored}` });
    expect([got.status, got.text]).toEqual([200, 'bar']);
  });
});
