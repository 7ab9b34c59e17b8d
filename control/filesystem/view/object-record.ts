/**
 * What the view holds of an object, its noncurrent versions and delete markers, as CBOR arrays without names. An object of
 * one extent without anything unusual takes about 120 bytes; what few objects have (a version's id, tags, …) comes last and
 * only where it is.
 */
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type Extent,
  type ObjectContent,
  type ObjectPart,
  type Tags,
} from '../../../common/filesystem/index.ts';
import { decodeCbor, encodeCbor } from '../../../common/internal/index.ts';
import { CborCursor } from './cbor-cursor.ts';
import { EXTENT_FIELDS, extentFields, extentOf } from './extent-fields.ts';
import type { Table } from './table.ts';
import { sequenceOf, VERSION_ID_BYTES } from './version-id.ts';

interface Version {
  modifiedAtMs: number;
  /** `null` of what was written while the bucket kept no versions, or had stopped to. */
  versionId: string | null;
  /** Its place among the versions of its key: the higher, the newer. Part of the id, where there is one. */
  sequence: number;
}

/** The newest version of its key when it is no delete marker, or an older one. */
export interface ObjectRecord extends Version {
  content: ObjectContent;
}

export interface DeleteMarker extends Version {
  content: null;
}

export type VersionRecord = ObjectRecord | DeleteMarker;

/** Marks that the sequence is all there is of an id: an object that was always alone has 0. */
type EncodedVersion = number | Uint8Array;
type Extras = [
  version: EncodedVersion,
  checksum: [kind: number, value: string] | 0,
  tags: Tags | 0,
  redirect: string | 0,
  parts: unknown[] | 0,
];

const HEAD_FIELDS = 6;
const TYPES = ['FULL_OBJECT', 'COMPOSITE'] as const;

/** The newest version of each key that is an object, not a delete marker: what lists and looks up see. */
export const objectTable: Table<ObjectRecord> = { prefix: 0x03, encode: encodeObject, decode: decodeObject };

/** All other versions and all delete markers: by key, then newest first. */
export const versionTable: Table<VersionRecord> = {
  prefix: 0x10,
  suffixBytes: 6,
  encode: (version) =>
    version.content === null
      ? encodeCbor([version.modifiedAtMs, encodedVersion(version)])
      : encodeObject(version as ObjectRecord),
  decode: (bytes) => {
    const fields = decodeCbor(bytes) as unknown[];
    if (fields.length >= HEAD_FIELDS) return objectOf(fields);
    const [modifiedAtMs, version] = fields as [number, EncodedVersion];
    return { modifiedAtMs, ...versionOf(version), content: null };
  },
};

/** By key: the sequence of the version `null`, where it is in `versionTable`. */
export const nullVersionTable: Table<number> = {
  prefix: 0x11,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as number,
};

function encodeObject(record: ObjectRecord): Buffer {
  const { content, modifiedAtMs } = record;
  return encodeCbor([
    modifiedAtMs,
    content.size,
    content.etag,
    content.contentType,
    Object.keys(content.headers).length === 0 ? 0 : content.headers,
    content.inline ?? 0,
    ...content.extents.flatMap(extentFields),
    ...extrasOf(record),
  ]);
}

function decodeObject(bytes: Buffer): ObjectRecord {
  return objectOf(decodeCbor(bytes) as unknown[]);
}

function objectOf(fields: unknown[]): ObjectRecord {
  const [modifiedAtMs, size, etag, contentType, headers, inline] = fields as [
    number,
    number,
    string,
    string,
    Record<string, string> | 0,
    Uint8Array<ArrayBuffer> | 0,
  ];
  const count = Math.floor((fields.length - HEAD_FIELDS) / EXTENT_FIELDS);
  const extents: Extent[] = [];
  for (let index = 0; index < count; index++) extents.push(extentOf(fields, HEAD_FIELDS + index * EXTENT_FIELDS));
  const content: ObjectContent = {
    size,
    etag,
    contentType,
    headers: headers === 0 ? {} : headers,
    ...(inline !== 0 && { inline }),
    extents,
  };
  const extras = fields[HEAD_FIELDS + count * EXTENT_FIELDS] as Partial<Extras> | undefined;
  if (!extras) return { modifiedAtMs, versionId: null, sequence: 0, content };
  const [version = 0, checksum, tags, redirect, parts] = extras;
  if (checksum) content.checksum = checksumOf(checksum);
  if (tags) content.tags = tags;
  if (redirect) content.redirect = redirect;
  if (parts) content.parts = partsOf(parts);
  return { modifiedAtMs, ...versionOf(version), content };
}

/** What listings show. */
export interface ObjectSummary {
  modifiedAtMs: number;
  size: number;
  etag: string;
  checksum?: Pick<Checksum, 'algorithm' | 'type'>;
}

/** Out of an object's bytes as `objectTable` has them: a third of what decoding all of them costs. */
export function summaryOf(bytes: Buffer): ObjectSummary {
  const cursor = new CborCursor(bytes);
  const fields = cursor.array();
  const summary: ObjectSummary = { modifiedAtMs: cursor.number(), size: cursor.number(), etag: cursor.text() };
  if ((fields - HEAD_FIELDS) % EXTENT_FIELDS === 0) return summary;
  for (let field = 3; field < fields - 1; field += 1) cursor.skip();
  // Of the extras, only the checksum's kind, behind the version.
  if (cursor.array() < 2) return summary;
  cursor.skip();
  if (cursor.arrayOrNothing() > 0) summary.checksum = checksumKind(cursor.number());
  return summary;
}

/** Nothing, or one array without the zeros at its end. */
function extrasOf(record: ObjectRecord): [Partial<Extras>] | [] {
  const { checksum, tags, redirect, parts } = record.content;
  const version = encodedVersion(record);
  if (version === 0 && !checksum && !tags && !redirect && !parts) return [];
  const extras: Extras = [
    version,
    checksum ? checksumFields(checksum) : 0,
    tags ?? 0,
    redirect ?? 0,
    parts ? parts.flatMap(({ part, size, checksum: value }) => [part, size, value ?? 0]) : 0,
  ];
  return [extras.slice(0, extras.findLastIndex((field) => field !== 0) + 1) as Partial<Extras>];
}

function checksumFields({ algorithm, value, type }: Checksum): [number, string] {
  return [CHECKSUM_ALGORITHMS.indexOf(algorithm) * TYPES.length + TYPES.indexOf(type), value];
}

function checksumOf([kind, value]: [number, string]): Checksum {
  return { ...checksumKind(kind), value };
}

function checksumKind(kind: number): Pick<Checksum, 'algorithm' | 'type'> {
  const algorithm = CHECKSUM_ALGORITHMS[Math.floor(kind / TYPES.length)];
  const type = TYPES[kind % TYPES.length];
  if (!algorithm || !type) throw new Error(`${kind} is no kind of checksum.`);
  return { algorithm, type };
}

function partsOf(fields: unknown[]): ObjectPart[] {
  const parts: ObjectPart[] = [];
  for (let at = 0; at < fields.length; at += 3) {
    const [part, size, checksum] = fields.slice(at, at + 3) as [number, number, string | 0];
    parts.push({ part, size, ...(checksum !== 0 && { checksum }) });
  }
  return parts;
}

function encodedVersion({ versionId, sequence }: Version): EncodedVersion {
  return versionId === null ? sequence : Buffer.from(versionId, 'hex');
}

function versionOf(encoded: EncodedVersion): Pick<Version, 'versionId' | 'sequence'> {
  if (typeof encoded === 'number') return { versionId: null, sequence: encoded };
  const versionId = Buffer.from(encoded.buffer, encoded.byteOffset, VERSION_ID_BYTES).toString('hex');
  return { versionId, sequence: sequenceOf(versionId) };
}
