/**
 * CompleteMultipartUpload (Amazon S3 API Reference): the parts' extents, one list behind the other, become the object. No byte
 * is read or copied; the ETag is made of the parts' MD5s, the checksum of the parts' checksums.
 */
import { hash } from 'node:crypto';
import { InvalidInput } from '../../../common/errors/index.ts';
import {
  type Checksum,
  type Completed,
  type Extent,
  MIN_PART_BYTES,
  type ObjectContent,
  type ObjectPart,
} from '../../../common/filesystem/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import {
  completedKey,
  completedTable,
  type MultipartRecord,
  multipartKey,
  multipartTable,
  type PartRecord,
  partKey,
  partTable,
} from '../view/multipart-tables.ts';
import { requireBucket } from './bucket.ts';
import type { FilesystemCommands } from './data.ts';
import { discardMultipart, idOf, noSuchUpload, requireMultipart } from './multipart.ts';
import { checksumOfParts } from './multipart-checksum.ts';
import { replaceObject, target } from './object.ts';
import { assertPreconditions } from './preconditions.ts';

type Completion = FilesystemCommands['multipart.complete'];
type NamedPart = Completion['parts'][number];

export function completeMultipart(draft: Draft, { at, data }: Command<Completion>): Completed {
  const asked = digestOf(data.parts);
  const earlier = saidBefore(draft, data, asked);
  if (earlier) return earlier;
  const upload = requireMultipart(draft, data);
  const { bucket, before } = target(draft, upload.name);
  const parts = chosenParts(draft, upload, data.parts);
  const content = joinParts(upload, parts);
  assertAsAnnounced(content, data);
  assertPreconditions(before?.content.etag, data.preconditions);
  discardMultipart(draft, upload, at, new Set(parts.map(({ part }) => part)));
  const committed = replaceObject(draft, bucket, upload.name.key, before, {
    content,
    modifiedAtMs: at,
    versionSalt: data.versionSalt,
  });
  const answer: Completed = {
    etag: committed.etag,
    modifiedAt: committed.modifiedAt,
    ...(committed.versionId !== undefined && { versionId: committed.versionId }),
    ...(content.checksum && { checksum: content.checksum }),
  };
  draft.put(completedTable, completedKey(idOf(upload)), {
    name: upload.name,
    bucketId: upload.bucketId,
    upload: upload.upload,
    asked,
    answer,
    expiresAtMs: data.keptUntilMs,
  });
  return answer;
}

/** The answer to the same completion when it has been given already. */
function saidBefore(draft: Draft, { name, upload }: Completion, asked: Buffer): Completed | undefined {
  const bucket = requireBucket(draft, name.namespace, name.bucket);
  const id = { bucketId: bucket.id, key: name.key, upload };
  if (draft.get(multipartTable, multipartKey(id))) return undefined;
  const completed = draft.get(completedTable, completedKey(id));
  if (!completed) return undefined;
  if (!asked.equals(completed.asked)) throw noSuchUpload();
  return completed.answer;
}

function digestOf(parts: readonly NamedPart[]): Buffer {
  const text = parts.map(({ part, etag, checksum = '' }) => `${part} ${etag} ${checksum}\n`).join('');
  return hash('sha256', text, 'buffer');
}

interface ChosenPart extends PartRecord {
  part: number;
}

/** The parts that were named, as they are stored. @throws InvalidInput `invalid-part-order`, `invalid-part`, `entity-too-small` */
function chosenParts(draft: Draft, upload: MultipartRecord, named: readonly NamedPart[]): ChosenPart[] {
  const chosen: ChosenPart[] = [];
  for (const [index, { part, etag, checksum }] of named.entries()) {
    if (part <= (named[index - 1]?.part ?? 0)) {
      throw new InvalidInput('The parts are not in ascending order of their numbers.', { code: 'invalid-part-order' });
    }
    const stored = draft.get(partTable, partKey(upload.upload, part));
    if (!stored || stored.etag !== etag.toLowerCase()) throw invalidPart(part);
    // S3 wants it said again of composite ones; Ceph and its suite do not, and what was stored is known here.
    if (upload.checksum && checksum !== undefined && checksum !== stored.checksum) throw invalidPart(part);
    chosen.push({ part, ...stored });
  }
  for (const { part, size, etag } of chosen.slice(0, -1)) {
    if (size >= MIN_PART_BYTES) continue;
    throw new InvalidInput(`Part ${part} has ${size} bytes; all but the last need ${MIN_PART_BYTES}.`, {
      code: 'entity-too-small',
      fields: { part: String(part), size: String(size), minimum: String(MIN_PART_BYTES), etag },
    });
  }
  return chosen;
}

function joinParts(upload: MultipartRecord, parts: readonly ChosenPart[]): ObjectContent {
  const { contentType, headers, tags, redirect } = upload;
  const extents: Extent[] = parts.flatMap((part) => part.extents);
  const checksum = upload.checksum && checksumOfParts(upload.checksum, parts);
  return {
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: etagOfParts(parts),
    contentType,
    headers,
    extents,
    parts: parts.map(
      ({ part, size, checksum: ofPart }): ObjectPart => ({
        part,
        size,
        ...(ofPart !== undefined && { checksum: ofPart }),
      }),
    ),
    ...(checksum && { checksum }),
    ...(tags && { tags }),
    ...(redirect !== undefined && { redirect }),
  };
}

/** MD5 of the parts' MD5s, and how many they are. */
function etagOfParts(parts: readonly ChosenPart[]): string {
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  return `${hash('md5', digests)}-${parts.length}`;
}

/** @throws InvalidInput `bad-digest`, `object-size-mismatch` */
function assertAsAnnounced(content: ObjectContent, { checksum, size }: Completion): void {
  if (size !== undefined && size !== content.size) {
    throw new InvalidInput(`The parts have ${content.size} bytes together, not the ${size} that were announced.`, {
      code: 'object-size-mismatch',
    });
  }
  if (checksum === undefined || !content.checksum) return;
  if (!saysTheSame(content.checksum, checksum)) {
    throw new InvalidInput(`The ${content.checksum.algorithm} of the whole is another one than was sent.`, {
      code: 'bad-digest',
    });
  }
}

function invalidPart(part: number): InvalidInput {
  return new InvalidInput(`Part ${part} was not uploaded, or it is another one than was named.`, {
    code: 'invalid-part',
    fields: { part: String(part) },
  });
}

/** A composite checksum is accepted with and without the number of parts at its end. */
function saysTheSame({ value, type }: Checksum, announced: string): boolean {
  if (value === announced) return true;
  return type === 'COMPOSITE' && value.slice(0, value.lastIndexOf('-')) === announced;
}
