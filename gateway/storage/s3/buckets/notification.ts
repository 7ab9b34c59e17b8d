/** GetBucketNotificationConfiguration, PutBucketNotificationConfiguration. Targets are the operator's, named by ARNs. */
import { isEventPattern } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { element, malformed, many, maybe, node, one, readDocument, text, word, type XmlElement } from '../xml/index.ts';
import { type SettingValue, settingOperations } from './setting-operations.ts';

type Target = SettingValue<'notification'>[number];

const common = {
  Id: maybe(text),
  Event: many(word),
  Filter: maybe(node({ S3Key: maybe(node({ FilterRule: many(node({ Name: one(word), Value: one(text) })) })) })),
};
const queue = node({ ...common, Queue: one(word) });
const topic = node({ ...common, Topic: one(word) });
const cloudFunction = node({ ...common, CloudFunction: one(word) });
const configuration = node({
  QueueConfiguration: many(queue),
  TopicConfiguration: many(topic),
  CloudFunctionConfiguration: many(cloudFunction),
  EventBridgeConfiguration: maybe(node({})),
});

/** By kind: the element of a configuration, and the one in it that has the ARN. */
const ELEMENTS: Record<Target['kind'], readonly [configuration: string, arn: string]> = {
  queue: ['QueueConfiguration', 'Queue'],
  topic: ['TopicConfiguration', 'Topic'],
  function: ['CloudFunctionConfiguration', 'CloudFunction'],
};

export const notification = settingOperations({
  setting: 'notification',
  root: 'NotificationConfiguration',
  absent: 'empty',
  write: (targets) => targets.map(writeTarget),
  read: (bytes, { ids }) => {
    const read = readDocument(bytes, 'NotificationConfiguration', configuration);
    if (read.EventBridgeConfiguration) {
      throw new S3Error('NotImplemented', { message: 'There is no event bridge: name a queue, topic or function.' });
    }
    const targets = [
      ...read.QueueConfiguration.map((each) => readTarget(each, each.Queue, 'queue', () => ids.uuid())),
      ...read.TopicConfiguration.map((each) => readTarget(each, each.Topic, 'topic', () => ids.uuid())),
      ...read.CloudFunctionConfiguration.map((each) =>
        readTarget(each, each.CloudFunction, 'function', () => ids.uuid()),
      ),
    ];
    return targets.length === 0 ? null : targets;
  },
});

type Read = Pick<ReturnType<typeof queue.parse>, 'Id' | 'Event' | 'Filter'>;

function readTarget(read: Read, arn: string, kind: Target['kind'], makeId: () => string): Target {
  if (read.Event.length === 0) throw malformed();
  for (const event of read.Event) {
    if (!isEventPattern(event)) {
      throw invalidArgument('Event', event, 'A specified event is not supported for notifications.');
    }
  }
  const affixes = { prefix: '', suffix: '' };
  const seen = new Set<string>();
  for (const { Name, Value } of read.Filter?.S3Key?.FilterRule ?? []) {
    const name = Name.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalidArgument('FilterRule.Name', Name, 'filter rule name must be either prefix or suffix');
    }
    if (seen.has(name)) {
      throw invalidArgument('FilterRule.Name', Name, `Cannot specify more than one ${name} rule in a filter.`);
    }
    seen.add(name);
    affixes[name] = Value;
  }
  return { id: read.Id ? read.Id : makeId(), arn, events: read.Event, ...affixes, kind };
}

function writeTarget({ id, arn, events, prefix, suffix, kind }: Target): XmlElement {
  const [name, arnName] = ELEMENTS[kind];
  const rules = [
    prefix === '' ? undefined : element('FilterRule', [element('Name', 'prefix'), element('Value', prefix)]),
    suffix === '' ? undefined : element('FilterRule', [element('Name', 'suffix'), element('Value', suffix)]),
  ].filter((rule) => rule !== undefined);
  return element(name, [
    element('Id', id),
    element(arnName, arn),
    ...events.map((event) => element('Event', event)),
    rules.length === 0 ? undefined : element('Filter', element('S3Key', rules)),
  ]);
}
