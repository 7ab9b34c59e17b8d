/**
 * A browser's form (RFC 7578) up to its file: the fields that stand before it, and the file as a stream that is read no faster
 * than it is taken. What stands behind the file is not looked at (S3 API Reference, "POST Object", "file").
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { S3Error } from '../errors/index.ts';

export interface Form {
  /** By name in lower case: the first of each. */
  fields: ReadonlyMap<string, string>;
  file: Readable;
  fileName: string;
}

/** S3's limit on all fields before the file together. */
const FIELD_BYTES = 20 * 1024;
const MAX_FIELDS = 200;
const PART_HEADER_BYTES = 8 * 1024;
const PART_HEADERS = 20;

/** Fails when the body does, so that what is read of it never looks whole. */
export interface OpenedForm extends AsyncDisposable {
  form: Form;
}

/** @throws S3Error RequestIsNotMultiPartContent, MalformedPOSTRequest, MaxPostPreDataLengthExceededError, InvalidArgument */
export async function readForm(body: Readable, headers: IncomingHttpHeaders): Promise<OpenedForm> {
  const parser = openParser(headers);
  const fields = new Map<string, string>();
  const opened = Promise.withResolvers<Form>();
  let fieldBytes = 0;
  let file: BusboyFileStream | undefined;
  parser.on('field', (name: string | undefined, value: string, _: boolean, isCut: boolean) => {
    // Behind the file: not looked at.
    if (file) return;
    fieldBytes += (name?.length ?? 0) + value.length;
    if (isCut || fieldBytes > FIELD_BYTES) opened.reject(new S3Error('MaxPostPreDataLengthExceededError'));
    const lower = name?.toLowerCase();
    if (lower !== undefined && !fields.has(lower)) fields.set(lower, value);
  });
  parser.on('fieldsLimit', () => opened.reject(new S3Error('MaxPostPreDataLengthExceededError')));
  parser.on('file', (_name: string, stream: BusboyFileStream, fileName: string | undefined) => {
    file = stream;
    // Until it has a reader: what fails before is told by the body's own end, below.
    stream.on('error', () => undefined);
    opened.resolve({ fields, file: stream, fileName: fileName ?? '' });
  });
  const stop = new AbortController();
  const parsed = pipeline(body, parser, { signal: stop.signal }).then(
    () => opened.reject(noFile()),
    (error: unknown) => {
      const reason = error instanceof S3Error ? error : new S3Error('MalformedPOSTRequest', { cause: error });
      opened.reject(reason);
      file?.destroy(reason);
    },
  );
  const close = async () => {
    stop.abort();
    await parsed;
  };
  try {
    return { form: await opened.promise, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openParser(headers: IncomingHttpHeaders) {
  const contentType = headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) throw new S3Error('RequestIsNotMultiPartContent');
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // Some clients give every field a file name; S3 takes the one that is called so.
      isPartAFile: (name) => name?.toLowerCase() === 'file',
      limits: {
        files: 1,
        fields: MAX_FIELDS,
        fieldSize: FIELD_BYTES,
        headerPairs: PART_HEADERS,
        headerSize: PART_HEADER_BYTES,
      },
    });
  } catch (error) {
    throw new S3Error('MalformedPOSTRequest', { cause: error });
  }
}

function noFile(): S3Error {
  return new S3Error('InvalidArgument', {
    message: 'POST requires exactly one file upload per request.',
    elements: { ArgumentName: 'file', ArgumentValue: '0' },
  });
}
