import { describe, expect, test } from 'vitest';
import type { BucketSettings, ObjectContent } from '../../../common/filesystem/index.ts';
import { type Actor, type Command, SYSTEM } from '../../log/index.ts';
import { silent, temporaryFolder } from '../test-master.ts';
import { Draft } from '../view/draft.ts';
import { type EventRecord, eventKey, eventQueueKey, eventQueueTable, eventTable } from '../view/event-tables.ts';
import { type FilesystemView, openFilesystemView } from '../view/filesystem-view.ts';
import type { FilesystemCommands, FilesystemCommandType } from './data.ts';
import { enqueueEvent, QUEUE_LIMIT } from './event-queue.ts';
import { targetsOf } from './events.ts';

type Rules = NonNullable<BucketSettings['notification']>;

const HOOK = 'arn:bramble:sqs::hook:webhook';
const BROKER = 'arn:bramble:sqs::broker:mqtt';
const ADA: Actor = { kind: 'user', id: 'user_ada', address: '192.0.2.1' };
const versionSalt = new Uint8Array(10);
const bucket = { namespace: 'ada', bucket: 'photos' };
const nameOf = (key: string) => ({ ...bucket, key });

function rule(changes: Partial<Rules[number]> = {}): Rules[number] {
  return { id: 'rule', arn: HOOK, events: ['s3:*'], prefix: '', suffix: '', kind: 'queue', ...changes };
}

function command<Type extends FilesystemCommandType>(type: Type, data: FilesystemCommands[Type], actor = ADA): Command {
  return { type, at: 1_000, actor, requestId: 'req_1', data };
}
const configure = (change: object) =>
  command('bucket.configure', {
    namespace: 'ada',
    name: 'photos',
    ...change,
  } as FilesystemCommands['bucket.configure']);

function content(etag: string): ObjectContent {
  return { size: 5, etag, contentType: '', headers: {}, extents: [], inline: Buffer.from('hello') };
}
const put = (key: string, etag = 'e1', preconditions = {}, more: { isForm?: true } = {}) =>
  command('object.commit', {
    name: nameOf(key),
    content: content(etag),
    chunks: [],
    preconditions,
    versionSalt,
    ...more,
  });
const remove = (key: string, version?: string, actor = ADA) =>
  command('object.delete', { bucket, items: [{ key, ...(version && { version }) }], versionSalt }, actor);
const copy = (from: string, to: string): FilesystemCommands['object.copy'] => ({
  from: nameOf(from),
  to: nameOf(to),
  sourceConditions: {},
  preconditions: {},
  versionSalt,
});

async function openWatched(rules: Rules = [rule()]) {
  const folder = await temporaryFolder();
  const view = await openFilesystemView({ folder: folder.path, logger: silent });
  let height = 0;
  const apply = (...commands: Command[]) => {
    height += 1;
    return view.apply(height, commands);
  };
  await apply(command('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' }));
  await apply(configure({ setting: 'notification', value: rules }));
  return {
    view,
    apply,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await view[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const told = (view: FilesystemView, target = HOOK) =>
  view.pendingEvents(target, 0, 1000).map(({ record }) => `${record.event} ${record.key}`);

describe('what is done to objects is noted for the targets of the rules', () => {
  test('with what the message needs', async () => {
    await using t = await openWatched();
    let woken = 0;
    using _ = t.view.onEvents(() => {
      woken += 1;
    });
    await t.apply(put('a.jpg'));
    expect(woken).toBe(1);
    expect(t.view.pendingEvents(HOOK, 0, 10)).toEqual([
      {
        sequence: 1,
        record: {
          event: 'ObjectCreated:Put',
          ruleId: 'rule',
          atMs: 1_000,
          namespace: 'ada',
          bucket: 'photos',
          key: 'a.jpg',
          size: 5,
          etag: 'e1',
          actor: 'user_ada',
          requestId: 'req_1',
          address: '192.0.2.1',
        },
      },
    ]);
  });

  test('for every kind of command, and not for what was refused or changed nothing', async () => {
    await using t = await openWatched();
    await t.apply(put('a'), put('b', 'e2', { ifMatch: '"other"' }), put('f', 'e3', {}, { isForm: true }));
    await t.apply(command('object.copy', copy('a', 'c')));
    await t.apply(command('object.move', copy('c', 'd')));
    await t.apply(command('object.tags', { name: nameOf('a'), tags: { x: 'y' } }));
    await t.apply(command('object.tags', { name: nameOf('a'), tags: null }));
    await t.apply(remove('a'), remove('never-there'));
    await t.apply(remove('d', undefined, SYSTEM));
    expect(told(t.view)).toEqual([
      'ObjectCreated:Put a',
      'ObjectCreated:Post f',
      'ObjectCreated:Copy c',
      'ObjectCreated:Copy d',
      'ObjectRemoved:Delete c',
      'ObjectTagging:Put a',
      'ObjectTagging:Delete a',
      'ObjectRemoved:Delete a',
      'LifecycleExpiration:Delete d',
    ]);
  });

  test('with versions and delete markers where the bucket keeps them', async () => {
    await using t = await openWatched();
    await t.apply(configure({ setting: 'versioning', value: 'Enabled' }));
    await t.apply(put('a'));
    await t.apply(remove('a'));
    const [made, marked] = t.view.pendingEvents(HOOK, 0, 10).map(({ record }) => record);
    expect(made).toMatchObject({ event: 'ObjectCreated:Put', versionId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(marked).toMatchObject({
      event: 'ObjectRemoved:DeleteMarkerCreated',
      versionId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    await t.apply(remove('a', made?.versionId), remove('a', made?.versionId));
    expect(t.view.pendingEvents(HOOK, 3, 10).map(({ record }) => [record.event, record.versionId])).toEqual([
      ['ObjectRemoved:Delete', made?.versionId],
    ]);
  });

  test('an upload in parts is told once, also when its completion is said twice', async () => {
    await using t = await openWatched();
    const upload = { name: nameOf('big'), upload: 'upload-1' };
    await t.apply(
      command('multipart.begin', { ...upload, initiator: 'user_ada', contentType: '', headers: {}, expiresAtMs: 9e12 }),
    );
    const etag = '5d41402abc4b2a76b9719d911017c592';
    const part = { part: 1, size: 0, etag, extents: [], chunks: [], expiresAtMs: 9e12 };
    await t.apply(command('multipart.part', { ...upload, ...part }));
    const completion = { ...upload, parts: [{ part: 1, etag }], preconditions: {}, keptUntilMs: 9e12, versionSalt };
    const outcomes = await t.apply(
      command('multipart.complete', completion),
      command('multipart.complete', completion),
    );
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
    expect(told(t.view)).toEqual(['ObjectCreated:CompleteMultipartUpload big']);
  });

  test('not once the rules are gone, and for each target by itself', async () => {
    await using t = await openWatched([rule({ suffix: '.jpg' }), rule({ arn: BROKER, prefix: 'in/' })]);
    await t.apply(put('a.jpg'), put('in/b.txt'), put('in/c.jpg'));
    expect(told(t.view)).toEqual(['ObjectCreated:Put a.jpg', 'ObjectCreated:Put in/c.jpg']);
    expect(told(t.view, BROKER)).toEqual(['ObjectCreated:Put in/b.txt', 'ObjectCreated:Put in/c.jpg']);
    await t.apply(configure({ setting: 'notification', value: null }), put('d.jpg'));
    expect(told(t.view)).toHaveLength(2);
    expect(t.view.bucket('ada', 'photos')).not.toHaveProperty('hasNotification');
  });

  test('a policy and rules are kept apart', async () => {
    await using t = await openWatched();
    const policy = { document: '{}', statements: [] };
    await t.apply(configure({ setting: 'policy', value: policy }));
    expect(t.view.bucket('ada', 'photos')).toMatchObject({ hasPolicy: true, hasNotification: true });
    await t.apply(configure({ setting: 'policy', value: null }), put('a'));
    expect(told(t.view)).toEqual(['ObjectCreated:Put a']);
  });
});

describe('a queue', () => {
  test('gives up what is settled, and what is in a snapshot is in the view that is made of it', async () => {
    await using t = await openWatched();
    await t.apply(put('a'), put('b'), put('c'));
    expect(await t.apply(command('event.settle', { target: HOOK, before: 3 }, SYSTEM))).toEqual([
      { ok: true, value: 2 },
    ]);
    expect(told(t.view)).toEqual(['ObjectCreated:Put c']);
    expect(await t.apply(command('event.settle', { target: HOOK, before: 2 }, SYSTEM))).toEqual([
      { ok: true, value: 0 },
    ]);
    await using folder = await temporaryFolder();
    await t.view.snapshot(folder.path);
    await using other = await temporaryFolder();
    await using restored = await openFilesystemView({ folder: other.path, logger: silent });
    await restored.restore(folder.path);
    expect(told(restored)).toEqual(['ObjectCreated:Put c']);
    expect(restored.eventQueues()).toEqual([{ target: HOOK, first: 3, next: 4, pushedOut: 0 }]);
    await t.apply(command('event.settle', { target: HOOK, before: 99 }, SYSTEM));
    expect(t.view.eventQueue(HOOK)).toEqual({ target: HOOK, first: 4, next: 4, pushedOut: 0 });
  });

  test('that is full loses its oldest', async () => {
    await using t = await openWatched();
    const draft = new Draft(t.view);
    const by = { actor: 'user_ada', requestId: 'req_1' };
    const event: EventRecord = { event: 'ObjectCreated:Put', ruleId: 'r', atMs: 1, ...bucket, key: 'k', ...by };
    const full = { target: HOOK, first: 1, next: QUEUE_LIMIT + 1, pushedOut: 0 };
    draft.put(eventQueueTable, eventQueueKey(HOOK), full);
    draft.put(eventTable, eventKey(HOOK, 1), event);
    enqueueEvent(draft, HOOK, event);
    expect(draft.get(eventQueueTable, eventQueueKey(HOOK))).toEqual({
      target: HOOK,
      first: 2,
      next: QUEUE_LIMIT + 2,
      pushedOut: 1,
    });
    expect(draft.get(eventTable, eventKey(HOOK, 1))).toBeUndefined();
    expect(draft.get(eventTable, eventKey(HOOK, QUEUE_LIMIT + 1))).toEqual(event);
  });
});

describe('a rule', () => {
  test.each([
    [{ events: ['s3:ObjectCreated:Put'] }, 'ObjectCreated:Put', 'a', true],
    [{ events: ['s3:ObjectCreated:*'] }, 'ObjectCreated:Copy', 'a', true],
    [{ events: ['s3:ObjectCreated:*'] }, 'ObjectRemoved:Delete', 'a', false],
    [{ events: ['s3:ObjectRemoved:Delete'] }, 'ObjectRemoved:DeleteMarkerCreated', 'a', false],
    [{ events: ['s3:ObjectRemoved:Delete', 's3:ObjectTagging:*'] }, 'ObjectTagging:Put', 'a', true],
    [{ prefix: 'in/', suffix: '.jpg' }, 'ObjectCreated:Put', 'in/a.jpg', true],
    [{ prefix: 'in/', suffix: '.jpg' }, 'ObjectCreated:Put', 'out/a.jpg', false],
    [{ prefix: 'in/', suffix: '.jpg' }, 'ObjectCreated:Put', 'in/a.JPG', false],
  ] as const)('%o and %s of %s: %s', (changes, event, key, fits) => {
    const found = targetsOf([rule({ ...changes, events: [...('events' in changes ? changes.events : ['s3:*'])] })], {
      event,
      key,
    });
    expect([...found]).toEqual(fits ? [[HOOK, 'rule']] : []);
  });
});
