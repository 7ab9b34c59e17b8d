/**
 * POST Object (S3 API Reference): an upload from a browser's form, allowed by the policy that somebody with an access key
 * signed, or to everyone by the bucket's own.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { type NewObject, type StoredObject, storeObject } from '../../objects/store-object.ts';
import { openBody } from '../body/index.ts';
import { S3Error } from '../errors/index.ts';
import { checkCannedAcl } from '../objects/canned-acl.ts';
import { fingerprintOf, storedHeaders } from '../objects/put-object.ts';
import type { Operation, S3Request, S3Tools } from '../s3-request.ts';
import { urlEncodeKey } from '../xml/index.ts';
import { FileLength } from './file-length.ts';
import { answerForm } from './form-answer.ts';
import { headersOfForm, keyOfForm, objectOfForm } from './form-object.ts';
import { checkPostPolicy, type LengthRange, parsePostPolicy } from './post-policy.ts';
import { type Form, readForm } from './read-form.ts';

export const postObject: Operation = async (tools, request) => {
  await using opened = await readForm(request.body().stream, request.headers);
  const { form } = opened;
  const { bucket } = request;
  const key = keyOfForm(form);
  const asker = { ...request.asker, credential: await signerOf(tools, request, form) };
  const range = lengthAllowed(tools, request, form, key);
  const headers = headersOfForm(form.fields);
  const described = objectOfForm(form.fields, headers);
  await checkCannedAcl(tools, { ...request, key, asker, headers });
  const name = { namespace: '', bucket, key };
  await tools.master.authorize(asker, 'write', name, undefined, described.tags);
  const stored = await storeFile(tools, request, { asker, name, ...described }, { file: form.file, range, headers });
  await answerForm(request, form.fields, {
    bucket,
    key,
    etag: stored.etag,
    location: `https://${tools.s3.host}/${bucket}/${urlEncodeKey(key)}`,
    headers: storedHeaders(stored),
  });
};

interface FormFile {
  file: Readable;
  range: LengthRange | undefined;
  /** What the form says of the file's bytes. */
  headers: IncomingHttpHeaders;
}

/** What ends the file before its time is told, and not what became of the upload by it. */
async function storeFile(
  tools: S3Tools,
  { exchange }: S3Request,
  object: Pick<NewObject, 'asker' | 'name' | 'contentType' | 'headers' | 'tags' | 'redirect'>,
  { file, range, headers }: FormFile,
): Promise<StoredObject> {
  const measured = new FileLength(range);
  const body = openBody({
    stream: measured,
    headers,
    authenticated: { payload: { kind: 'unsigned' } },
    thread: tools.s3.digestThread,
  });
  let cut: Error | undefined;
  measured.on('error', (error) => {
    cut = error instanceof S3Error ? error : new S3Error('MalformedPOSTRequest', { cause: error });
  });
  // A failure is `measured`'s error.
  pipeline(file, measured, () => undefined);
  try {
    return await storeObject(tools, {
      ...object,
      preconditions: {},
      isForm: true,
      body: body.stream,
      size: undefined,
      verified: { endsItself: true, digest: () => fingerprintOf(body) },
      signal: exchange.signal,
    });
  } catch (error) {
    throw cut ?? error;
  } finally {
    body.stream.destroy();
    measured.destroy();
  }
}

async function signerOf({ s3 }: S3Tools, { exchange }: S3Request, { fields }: Form) {
  const { requestId, remoteAddress } = exchange;
  const signed = await s3.authenticator.authenticateForm((name) => fields.get(name), { requestId, remoteAddress });
  return signed.credential;
}

/** A form that nobody signed has no policy to keep; whether it may be sent, the bucket says. */
function lengthAllowed(
  { clock }: S3Tools,
  { bucket }: S3Request,
  { fields }: Form,
  key: string,
): LengthRange | undefined {
  const policy = fields.get('policy');
  if (policy === undefined) return undefined;
  const said = new Map(fields).set('key', key).set('bucket', bucket);
  return checkPostPolicy(parsePostPolicy(policy), said, clock.now());
}
