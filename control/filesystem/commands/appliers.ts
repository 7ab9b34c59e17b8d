/** Every command type of the filesystem with what it does. Pure over (draft, command): no clock, no randomness. */
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { createBucket, deleteBucket, updateBucket } from './bucket.ts';
import { condemnChunks, forgetChunks, openChunk, sealChunks } from './chunk.ts';
import { completeMultipart } from './complete-multipart.ts';
import { configureBucket } from './configure-bucket.ts';
import { copyObject, moveObject } from './copy-object.ts';
import type { FilesystemCommands, FilesystemCommandType } from './data.ts';
import { deleteObjects } from './delete-object.ts';
import { settleEvents } from './event-queue.ts';
import { abortMultipart, beginMultipart, expireMultiparts, putPart } from './multipart.ts';
import { nodeAlive, nodeDead } from './node.ts';
import { commitObject, tagObject } from './object.ts';
import { createShare, expireShares, revokeShare } from './share.ts';
import { abortUpload, beginUpload, expireUploads, extendUpload, finishUpload } from './upload.ts';
import { setQuota } from './usage.ts';

/** @throws AppError when the command is refused; the draft is then dropped. */
export type Apply<Data = unknown> = (draft: Draft, command: Command<Data>) => unknown;

const byType: { [Type in FilesystemCommandType]: Apply<FilesystemCommands[Type]> } = {
  'bucket.create': createBucket,
  'bucket.update': updateBucket,
  'bucket.delete': deleteBucket,
  'bucket.configure': configureBucket,
  'namespace.set-quota': setQuota,
  'object.commit': commitObject,
  'object.delete': deleteObjects,
  'object.copy': copyObject,
  'object.move': moveObject,
  'object.tags': tagObject,
  'upload.begin': beginUpload,
  'upload.extend': extendUpload,
  'upload.finish': finishUpload,
  'upload.abort': abortUpload,
  'upload.expire': expireUploads,
  'multipart.begin': beginMultipart,
  'multipart.part': putPart,
  'multipart.complete': completeMultipart,
  'multipart.abort': abortMultipart,
  'multipart.expire': expireMultiparts,
  'share.create': createShare,
  'share.revoke': revokeShare,
  'share.expire': expireShares,
  'chunk.open': openChunk,
  'chunk.seal': sealChunks,
  'chunk.condemn': condemnChunks,
  'chunk.forget': forgetChunks,
  'event.settle': settleEvents,
  'node.alive': nodeAlive,
  'node.dead': nodeDead,
};

export const appliers: ReadonlyMap<string, Apply> = new Map(Object.entries(byType) as [string, Apply][]);
