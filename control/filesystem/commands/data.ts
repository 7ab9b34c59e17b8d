/** The data of the filesystem's commands, by type. Made and checked by the master before they are appended. */
import type {
  Extent,
  ObjectContent,
  ObjectName,
  Preconditions,
  WrittenChunk,
} from '../../../common/filesystem/index.ts';
import type { Visibility } from '../view/records.ts';

export interface FilesystemCommands {
  'bucket.create': { namespace: string; name: string; visibility: Visibility };
  'bucket.update': { namespace: string; name: string; visibility: Visibility };
  'bucket.delete': { namespace: string; name: string };
  'object.commit': { name: ObjectName; content: ObjectContent; chunks: WrittenChunk[]; preconditions: Preconditions };
  'object.delete': { name: ObjectName; preconditions: Preconditions };
  /** `sourceIfMatch`: the source's ETag. `preconditions` are the target's. */
  'object.copy': { from: ObjectName; to: ObjectName; sourceIfMatch?: string; preconditions: Preconditions };
  'object.move': { from: ObjectName; to: ObjectName; sourceIfMatch?: string; preconditions: Preconditions };
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
  'upload.finish': { upload: string };
  'upload.abort': { upload: string };
  /** Those of `uploads` whose time is over when the command was made. */
  'upload.expire': { uploads: string[] };
  'share.create': { id: string; tokenHash: Uint8Array; name: ObjectName; expiresAtMs: number };
  'share.revoke': { id: string };
  /** Those of `shares` whose time is over when the command was made, by their ids. */
  'share.expire': { shares: string[] };
  'chunk.open': { chunk: string; version: number };
  'chunk.seal': { chunks: string[] };
  /** Chunks that nothing refers to, known or not. */
  'chunk.condemn': { chunks: string[] };
  'chunk.forget': { chunks: string[] };
  'node.alive': { node: string; zone: string };
  'node.dead': { node: string };
}
export type FilesystemCommandType = keyof FilesystemCommands;
