/** GetBucketLifecycleConfiguration, PutBucketLifecycleConfiguration, DeleteBucketLifecycle. */
import { element, optionalElement, type XmlElement } from '../xml/index.ts';
import { type LifecycleRule, readLifecycle } from './lifecycle-document.ts';
import { settingOperations } from './setting-operations.ts';

export const lifecycle = settingOperations({
  setting: 'lifecycle',
  root: 'LifecycleConfiguration',
  absent: 'NoSuchLifecycleConfiguration',
  write: (rules) => rules.map(writeRule),
  read: (bytes, { ids }) => readLifecycle(bytes, () => ids.uuid()),
});

function writeRule(rule: LifecycleRule): XmlElement {
  const { noncurrentExpiration: noncurrent, abortUploadAfterDays: abortAfter } = rule;
  return element('Rule', [
    element('ID', rule.id),
    rule.hasFilter ? element('Filter', filterElements(rule.filter)) : element('Prefix', rule.filter.prefix),
    element('Status', rule.isEnabled ? 'Enabled' : 'Disabled'),
    rule.expiration && element('Expiration', expirationElement(rule.expiration)),
    noncurrent &&
      element('NoncurrentVersionExpiration', [
        element('NoncurrentDays', noncurrent.days),
        optionalElement('NewerNoncurrentVersions', noncurrent.newerVersions),
      ]),
    abortAfter === undefined
      ? undefined
      : element('AbortIncompleteMultipartUpload', element('DaysAfterInitiation', abortAfter)),
  ]);
}

/** One condition stands by itself, several in `And`; a filter for all is one by the empty prefix. */
function filterElements({ prefix, tags, sizeGreaterThan, sizeLessThan }: LifecycleRule['filter']): XmlElement {
  const conditions = [
    prefix === '' ? undefined : element('Prefix', prefix),
    ...Object.entries(tags).map(([key, value]) => element('Tag', [element('Key', key), element('Value', value)])),
    optionalElement('ObjectSizeGreaterThan', sizeGreaterThan),
    optionalElement('ObjectSizeLessThan', sizeLessThan),
  ].filter((condition) => condition !== undefined);
  const [first] = conditions;
  if (!first) return element('Prefix', '');
  return conditions.length === 1 ? first : element('And', conditions);
}

function expirationElement(expiration: NonNullable<LifecycleRule['expiration']>): XmlElement {
  if ('days' in expiration) return element('Days', expiration.days);
  if ('dateMs' in expiration) return element('Date', new Date(expiration.dateMs).toISOString());
  return element('ExpiredObjectDeleteMarker', true);
}
