/** The data of the filesystem's commands, by type. Made and checked by the master before they are appended. */
import type {
  BucketName,
  BucketSettings,
  Extent,
  MultipartUpload,
  ObjectContent,
  ObjectName,
  Preconditions,
  Tags,
  Visibility,
  WrittenChunk,
} from '../../../common/filesystem/index.ts';
import type { Quota } from '../view/bucket-tables.ts';
import type { MultipartId } from '../view/multipart-tables.ts';
import type { SourceConditions } from './preconditions.ts';

export interface FilesystemCommands {
  /** `isS3`: only where no other namespace holds the name in S3. */
  'bucket.create': {
    namespace: string;
    name: string;
    visibility: Visibility;
    isS3?: true;
    ownership?: NonNullable<BucketSettings['ownership']>;
  };
  'bucket.update': { namespace: string; name: string; visibility: Visibility };
  'bucket.delete': { namespace: string; name: string };
  'bucket.configure': { namespace: string; name: string } & SettingChange;
  /** What is absent has no limit. */
  'namespace.set-quota': { namespace: string; quota: Quota };
  'object.commit': {
    name: ObjectName;
    content: ObjectContent;
    chunks: WrittenChunk[];
    preconditions: Preconditions;
    versionSalt: Uint8Array;
    /** It came by a browser's form. */
    isForm?: true;
  };
  'object.delete': { bucket: BucketName; items: Deletion[]; versionSalt: Uint8Array };
  'object.copy': ObjectCopy;
  'object.move': ObjectCopy;
  'object.tags': { name: ObjectName; version?: string | undefined; tags: Tags | null };
  'upload.begin': {
    upload: string;
    name: ObjectName;
    size: number | null;
    contentType: string;
    headers: Record<string, string>;
    preconditions: Preconditions;
    expiresAtMs: number;
  };
  'upload.extend': { upload: string; offset: number; extents: Extent[]; chunks: WrittenChunk[]; expiresAtMs: number };
  'upload.finish': { upload: string; versionSalt: Uint8Array };
  'upload.abort': { upload: string };
  /** Those of `uploads` whose time is over when the command was made. */
  'upload.expire': { uploads: string[] };
  'multipart.begin': {
    upload: string;
    name: ObjectName;
    initiator: string;
    contentType: string;
    headers: Record<string, string>;
    tags?: Tags;
    redirect?: string;
    checksum?: NonNullable<MultipartUpload['checksum']>;
    expiresAtMs: number;
  };
  'multipart.part': {
    name: ObjectName;
    upload: string;
    part: number;
    size: number;
    etag: string;
    checksum?: string;
    extents: Extent[];
    chunks: WrittenChunk[];
    expiresAtMs: number;
  };
  'multipart.complete': {
    name: ObjectName;
    upload: string;
    parts: { part: number; etag: string; checksum?: string | undefined }[];
    checksum?: string;
    size?: number;
    preconditions: Preconditions;
    versionSalt: Uint8Array;
    /** Until when the answer is remembered. */
    keptUntilMs: number;
  };
  'multipart.abort': { name: ObjectName; upload: string };
  /** Those of `uploads`, and of the answers remembered, whose time is over when the command was made, or whose bucket is gone. */
  'multipart.expire': { uploads: MultipartId[] };
  'share.create': { id: string; tokenHash: Uint8Array; name: ObjectName; expiresAtMs: number };
  'share.revoke': { id: string };
  /** Those of `shares` whose time is over when the command was made, by their ids. */
  'share.expire': { shares: string[] };
  'chunk.open': { chunk: string; version: number };
  'chunk.seal': { chunks: string[] };
  /** Chunks that nothing refers to, known or not. */
  'chunk.condemn': { chunks: string[] };
  'chunk.forget': { chunks: string[] };
  /** Of the target's queue of notices, all before `before`: delivered, or given up. */
  'event.settle': { target: string; before: number };
  'node.alive': { node: string; zone: string };
  'node.dead': { node: string };
}
export interface Deletion {
  key: string;
  /** Just this version, for good. */
  version?: string | undefined;
  /** Only while a newer one is there: a lifecycle that found it so may come too late. */
  isNoncurrent?: true;
  ifMatch?: string | undefined;
  ifMatchModifiedMs?: number | undefined;
  ifMatchSize?: number | undefined;
  /** Conditions on what is not there fail (RFC 9110 §13.1.1); S3 takes it for deleted. */
  mustExist?: true;
}

/** `preconditions` are the target's. */
export interface ObjectCopy {
  from: ObjectName;
  fromVersion?: string | undefined;
  to: ObjectName;
  sourceConditions: SourceConditions;
  preconditions: Preconditions;
  /** Instead of the source's own. */
  replace?: Pick<ObjectContent, 'contentType' | 'headers' | 'redirect'> | undefined;
  tags?: Tags | undefined;
  versionSalt: Uint8Array;
}

/** `null` removes it. */
export type SettingChange = {
  [Setting in keyof BucketSettings]: { setting: Setting; value: NonNullable<BucketSettings[Setting]> | null };
}[keyof BucketSettings];
export type FilesystemCommandType = keyof FilesystemCommands;
