/** The object that a form's fields describe (S3 API Reference, "POST Object", "Form Fields"). */
import type { IncomingHttpHeaders } from 'node:http';
import { KEY_BYTES } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { type DescribedObject, describedObject } from '../objects/described-object.ts';
import { NOT_IN_HEADERS } from '../objects/object-answer.ts';
import { readTagging } from '../objects/object-tagging.ts';
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts';
import type { Form } from './read-form.ts';

/** Fields that say what the headers of a PUT say, under the same names. */
const AS_HEADERS = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-md5',
  'content-type',
  'expires',
]);

/** A header's name (RFC 9110 §5.1), in lower case. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+\-.^_`|~]+$/;

/**
 * The fields as a PUT would have them for headers: one character for each byte, as on the wire. A form can say what no header
 * can; kept, that could never be answered again.
 * @throws S3Error InvalidArgument
 */
export function headersOfForm(fields: ReadonlyMap<string, string>): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of fields) {
    if (!AS_HEADERS.has(name) && !name.startsWith('x-amz-')) continue;
    if (!HEADER_NAME.test(name) || NOT_IN_HEADERS.test(value)) {
      throw invalidArgument(name, value, 'No header can have this name or value.');
    }
    headers[name] = Buffer.from(value, 'utf8').toString('latin1');
  }
  const acl = fields.get('acl');
  if (acl !== undefined) headers['x-amz-acl'] = acl;
  return headers;
}

/** @throws S3Error for what cannot be kept. */
export function objectOfForm(fields: ReadonlyMap<string, string>, headers: IncomingHttpHeaders): DescribedObject {
  refuseUnsupportedHeaders('POST', headers);
  const tagging = fields.get('tagging');
  const tags = tagging === undefined ? {} : { tags: readTagging(Buffer.from(tagging, 'utf8')) };
  return { ...describedObject(headers), ...tags };
}

/** With the file's name in the place of `${filename}`. @throws S3Error InvalidArgument, KeyTooLongError, InvalidURI */
export function keyOfForm({ fields, fileName }: Form): string {
  const template = fields.get('key') ?? '';
  const key = template.replaceAll(/\$\{filename\}/g, () => fileName);
  if (key === '') {
    throw new S3Error('InvalidArgument', {
      message:
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      elements: { ArgumentName: 'key', ArgumentValue: '' },
    });
  }
  if (Buffer.byteLength(key) > KEY_BYTES) {
    throw new S3Error('KeyTooLongError', {
      elements: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(KEY_BYTES) },
    });
  }
  if (key.includes('\0')) throw new S3Error('InvalidURI');
  return key;
}
