/** GetBucketCors, PutBucketCors, DeleteBucketCors. */
import { S3Error } from '../errors/index.ts';
import { element, integer, malformed, many, maybe, node, optionalElement, readDocument, word } from '../xml/index.ts';
import { type SettingValue, settingOperations } from './setting-operations.ts';

type CorsRule = SettingValue<'cors'>[number];

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const;
const MAX_RULES = 100;

const rule = node({
  ID: maybe(word),
  AllowedMethod: many(word),
  AllowedOrigin: many(word),
  AllowedHeader: many(word),
  ExposeHeader: many(word),
  MaxAgeSeconds: maybe(integer),
});

export const cors = settingOperations({
  setting: 'cors',
  root: 'CORSConfiguration',
  absent: 'NoSuchCORSConfiguration',
  write: (rules) => rules.map(writeRule),
  read: (bytes) => {
    const rules = readDocument(bytes, 'CORSConfiguration', node({ CORSRule: many(rule) })).CORSRule;
    if (rules.length > MAX_RULES) {
      throw invalid(`The number of CORS rules should not exceed allowed limit of ${MAX_RULES} rules.`);
    }
    if (rules.length === 0) throw malformed();
    return rules.map(readRule);
  },
});

function readRule(read: ReturnType<typeof rule.parse>): CorsRule {
  if (read.AllowedMethod.length === 0 || read.AllowedOrigin.length === 0) throw malformed();
  if (read.ID !== undefined && read.ID.length > 255) {
    throw new S3Error('InvalidArgument', { message: 'The ID of a CORS rule can have at most 255 characters.' });
  }
  if (read.MaxAgeSeconds !== undefined && read.MaxAgeSeconds < 0) throw malformed();
  return {
    ...(read.ID !== undefined && { id: read.ID }),
    allowedMethods: read.AllowedMethod.map(methodOf),
    allowedOrigins: read.AllowedOrigin,
    allowedHeaders: read.AllowedHeader,
    exposeHeaders: read.ExposeHeader,
    ...(read.MaxAgeSeconds !== undefined && { maxAgeSeconds: read.MaxAgeSeconds }),
  };
}

function methodOf(text: string): (typeof METHODS)[number] {
  const method = METHODS.find((known) => known === text);
  if (method) return method;
  throw invalid(`Found unsupported HTTP method in CORS config. Unsupported method is ${text}`);
}

function writeRule(value: CorsRule) {
  return element('CORSRule', [
    optionalElement('ID', value.id),
    ...value.allowedMethods.map((method) => element('AllowedMethod', method)),
    ...value.allowedOrigins.map((origin) => element('AllowedOrigin', origin)),
    ...value.allowedHeaders.map((header) => element('AllowedHeader', header)),
    ...value.exposeHeaders.map((header) => element('ExposeHeader', header)),
    optionalElement('MaxAgeSeconds', value.maxAgeSeconds),
  ]);
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidRequest', { message });
}
