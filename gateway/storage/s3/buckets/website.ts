/** GetBucketWebsite, PutBucketWebsite, DeleteBucketWebsite. */
import type { z } from 'zod';
import { S3Error } from '../errors/index.ts';
import {
  element,
  integer,
  malformed,
  many,
  maybe,
  node,
  one,
  oneOf,
  optionalElement,
  readDocument,
  text,
  word,
  type XmlElement,
} from '../xml/index.ts';
import { type SettingValue, settingOperations } from './setting-operations.ts';

type Website = SettingValue<'website'>;
type RedirectRule = Website['rules'][number];

const protocol = maybe(oneOf(['http', 'https']));
const redirect = node({
  Protocol: protocol,
  HostName: maybe(word),
  HttpRedirectCode: maybe(integer),
  ReplaceKeyPrefixWith: maybe(text),
  ReplaceKeyWith: maybe(text),
});
const routingRule = node({
  Condition: maybe(node({ KeyPrefixEquals: maybe(text), HttpErrorCodeReturnedEquals: maybe(integer) })),
  Redirect: one(redirect),
});
const configuration = node({
  IndexDocument: maybe(node({ Suffix: one(text) })),
  ErrorDocument: maybe(node({ Key: one(text) })),
  RedirectAllRequestsTo: maybe(node({ HostName: one(word), Protocol: protocol })),
  RoutingRules: maybe(node({ RoutingRule: many(routingRule) })),
});

const MAX_RULES = 50;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 304, 305, 307, 308]);

export const website = settingOperations({
  setting: 'website',
  root: 'WebsiteConfiguration',
  absent: 'NoSuchWebsiteConfiguration',
  write: (value) => [
    value.redirectAll &&
      element('RedirectAllRequestsTo', [
        element('HostName', value.redirectAll.host),
        optionalElement('Protocol', value.redirectAll.protocol),
      ]),
    value.indexSuffix === undefined ? undefined : element('IndexDocument', element('Suffix', value.indexSuffix)),
    value.errorKey === undefined ? undefined : element('ErrorDocument', element('Key', value.errorKey)),
    value.rules.length === 0 ? undefined : element('RoutingRules', value.rules.map(writeRule)),
  ],
  read: (bytes) => {
    const read = readDocument(bytes, 'WebsiteConfiguration', configuration);
    const { IndexDocument: index, ErrorDocument: error, RedirectAllRequestsTo: all } = read;
    const rules = read.RoutingRules?.RoutingRule ?? [];
    if (rules.length > MAX_RULES) {
      throw new S3Error('InvalidRequest', {
        message: `${rules.length} routing rules provided, the limit is ${MAX_RULES}.`,
      });
    }
    return {
      ...(index && { indexSuffix: index.Suffix }),
      ...(error && { errorKey: error.Key }),
      ...(all && { redirectAll: { host: hostOf(all.HostName), ...(all.Protocol && { protocol: all.Protocol }) } }),
      rules: rules.map(readRule),
    };
  },
});

/** A name or address, with a port or without: it goes into a header. */
function hostOf(host: string): string {
  if (/^[A-Za-z0-9._-]{1,253}(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?$/.test(host)) return host;
  throw new S3Error('InvalidRequest', { message: 'The HostName of a redirect is not the name of a host.' });
}

function readRule({ Condition: condition, Redirect: read }: z.infer<typeof routingRule>): RedirectRule {
  const { HostName: host, HttpRedirectCode: code, ReplaceKeyPrefixWith: prefix, ReplaceKeyWith: key } = read;
  if (prefix !== undefined && key !== undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'You can only define ReplaceKeyPrefix or ReplaceKey but not both.',
    });
  }
  if (code !== undefined && !REDIRECTS.has(code)) {
    throw new S3Error('InvalidRequest', {
      message: `The provided HTTP redirect code (${code}) is not valid. Valid codes are 3XX except 300.`,
    });
  }
  const errorCode = condition?.HttpErrorCodeReturnedEquals;
  if (errorCode !== undefined && (errorCode < 400 || errorCode > 599)) {
    throw new S3Error('InvalidRequest', {
      message: `The provided HTTP error code (${errorCode}) is not valid. Valid codes are 4XX or 5XX.`,
    });
  }
  if (Object.values(read).every((given) => given === undefined)) throw malformed();
  return {
    condition: {
      ...(condition?.KeyPrefixEquals !== undefined && { keyPrefix: condition.KeyPrefixEquals }),
      ...(errorCode !== undefined && { errorCode }),
    },
    redirect: {
      ...(read.Protocol && { protocol: read.Protocol }),
      ...(host !== undefined && { host: hostOf(host) }),
      ...(code !== undefined && { code }),
      ...(prefix !== undefined && { replaceKeyPrefix: prefix }),
      ...(key !== undefined && { replaceKey: key }),
    },
  };
}

function writeRule({ condition, redirect: to }: RedirectRule): XmlElement {
  const conditions = [
    optionalElement('KeyPrefixEquals', condition.keyPrefix),
    optionalElement('HttpErrorCodeReturnedEquals', condition.errorCode),
  ].filter((each) => each !== undefined);
  return element('RoutingRule', [
    conditions.length === 0 ? undefined : element('Condition', conditions),
    element('Redirect', [
      optionalElement('Protocol', to.protocol),
      optionalElement('HostName', to.host),
      optionalElement('HttpRedirectCode', to.code),
      optionalElement('ReplaceKeyPrefixWith', to.replaceKeyPrefix),
      optionalElement('ReplaceKeyWith', to.replaceKey),
    ]),
  ]);
}
