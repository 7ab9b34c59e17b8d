/** What an applied command means to those who asked a bucket for notifications. Pure over (before, after, command, answer). */
import { type BucketSettings, meansEvent, type ObjectName } from '../../../common/filesystem/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import type { EventRecord } from '../view/event-tables.ts';
import { findVersion } from '../view/find-version.ts';
import { bucketKey, objectKey, uploadKey } from '../view/keys.ts';
import { multipartKey, multipartTable } from '../view/multipart-tables.ts';
import { type BucketRecord, bucketTable, objectTable, uploadTable } from '../view/records.ts';
import type { Source } from '../view/table.ts';
import { parseVersionId } from '../view/version-id.ts';
import { readSetting } from './bucket-settings.ts';
import type { FilesystemCommands, FilesystemCommandType } from './data.ts';
import type { DeletionOutcome } from './delete-object.ts';
import { enqueueEvent } from './event-queue.ts';

interface Applied<Data = unknown> {
  /** As it was before the command. */
  before: Source;
  after: Source;
  command: Command<Data>;
  answer: unknown;
}

interface Happening extends Pick<EventRecord, 'event' | 'key' | 'size' | 'etag' | 'versionId'> {
  bucket: BucketRecord;
}

const happenings: { [Type in FilesystemCommandType]?: (applied: Applied<FilesystemCommands[Type]>) => Happening[] } = {
  'object.commit': (applied) => {
    const { name, isForm } = applied.command.data;
    return created(applied, name, isForm ? 'ObjectCreated:Post' : 'ObjectCreated:Put');
  },
  'upload.finish': (applied) => {
    const upload = applied.before.get(uploadTable, uploadKey(applied.command.data.upload));
    return upload ? created(applied, upload.name, 'ObjectCreated:Put') : [];
  },
  'multipart.complete': completed,
  'object.copy': (applied) => created(applied, applied.command.data.to, 'ObjectCreated:Copy'),
  'object.move': (applied) => {
    const { from, to } = applied.command.data;
    return [...created(applied, to, 'ObjectCreated:Copy'), ...movedAway(applied, from)];
  },
  'object.delete': deleted,
  'object.tags': tagged,
};

/** Puts what the command means into the queues of the targets that the bucket's rules name. Answers whether there were any. */
export function recordEvents(before: Source, draft: Draft, command: Command, answer: unknown): boolean {
  const make = happenings[command.type as FilesystemCommandType] as ((applied: Applied) => Happening[]) | undefined;
  let isAny = false;
  for (const { bucket, ...facts } of make?.({ before, after: draft, command, answer }) ?? []) {
    for (const [target, ruleId] of targetsOf(readSetting(draft, bucket, 'notification') ?? [], facts)) {
      enqueueEvent(draft, target, {
        ...facts,
        ruleId,
        atMs: command.at,
        namespace: bucket.namespace,
        bucket: bucket.name,
        actor: command.actor.id,
        requestId: command.requestId,
        ...(command.actor.address !== undefined && { address: command.actor.address }),
      });
      isAny = true;
    }
  }
  return isAny;
}

/** The targets whose rules it fits, each with the first such rule. Prefix and suffix are compared as they are. */
export function targetsOf(
  rules: NonNullable<BucketSettings['notification']>,
  { event, key }: Pick<EventRecord, 'event' | 'key'>,
): Map<string, string> {
  const targets = new Map<string, string>();
  for (const { arn, id, events, prefix, suffix } of rules) {
    if (targets.has(arn) || !key.startsWith(prefix) || !key.endsWith(suffix)) continue;
    if (events.some((rule) => meansEvent(rule, event))) targets.set(arn, id);
  }
  return targets;
}

/** The bucket when it has rules at all; most have none, and cost no more than this. */
function watched(source: Source, { namespace, bucket }: Pick<ObjectName, 'namespace' | 'bucket'>) {
  const record = source.get(bucketTable, bucketKey(namespace, bucket));
  return record?.hasNotification ? record : undefined;
}

function created({ after, answer }: Applied, name: ObjectName, event: EventRecord['event']): Happening[] {
  const bucket = watched(after, name);
  const object = bucket && after.get(objectTable, objectKey(bucket.id, name.key));
  if (!object) return [];
  const { size, etag } = object.content;
  return [{ event, bucket, key: name.key, size, etag, ...versionOf(answer) }];
}

/** A completion that is said again answers the same, and makes nothing new. */
function completed(applied: Applied<FilesystemCommands['multipart.complete']>): Happening[] {
  const { name, upload } = applied.command.data;
  const bucket = watched(applied.after, name);
  if (!bucket) return [];
  const isFirst = applied.before.get(multipartTable, multipartKey({ bucketId: bucket.id, key: name.key, upload }));
  return isFirst ? created(applied, name, 'ObjectCreated:CompleteMultipartUpload') : [];
}

function movedAway({ after }: Applied, { key, ...name }: ObjectName): Happening[] {
  const bucket = watched(after, name);
  if (!bucket) return [];
  const isMarked = bucket.versioning !== undefined;
  return [{ event: isMarked ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete', bucket, key }];
}

function deleted({ before, after, command, answer }: Applied<FilesystemCommands['object.delete']>): Happening[] {
  const { data, actor } = command;
  const bucket = watched(after, data.bucket);
  if (!bucket) return [];
  const kind = actor.kind === 'system' ? 'LifecycleExpiration' : 'ObjectRemoved';
  return data.items.flatMap(({ key, version }, index): Happening[] => {
    const outcome = (answer as DeletionOutcome[])[index];
    if (!outcome?.ok) return [];
    const { isDeleteMarker } = outcome.value;
    if (version === undefined && isDeleteMarker) {
      return [{ event: `${kind}:DeleteMarkerCreated`, bucket, key, ...versionOf(outcome.value) }];
    }
    const isThere =
      version === undefined
        ? before.get(objectTable, objectKey(bucket.id, key)) !== undefined
        : findVersion(before, bucket.id, key, parseVersionId(version)) !== undefined;
    return isThere ? [{ event: `${kind}:Delete`, bucket, key, ...versionOf(outcome.value) }] : [];
  });
}

function tagged({ after, command, answer }: Applied<FilesystemCommands['object.tags']>): Happening[] {
  const { name, tags } = command.data;
  const bucket = watched(after, name);
  if (!bucket) return [];
  const isTagged = tags !== null && Object.keys(tags).length > 0;
  const event = isTagged ? 'ObjectTagging:Put' : 'ObjectTagging:Delete';
  return [{ event, bucket, key: name.key, ...versionOf(answer) }];
}

/** Only buckets that keep versions, or kept them, answer one. */
function versionOf(answer: unknown): { versionId?: string } {
  const { versionId } = answer as { versionId?: string };
  return versionId === undefined ? {} : { versionId };
}
