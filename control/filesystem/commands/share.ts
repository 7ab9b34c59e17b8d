import { NotFound } from '../../../common/errors/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { namespaceShareKey, shareIdKey, shareKey } from '../view/keys.ts';
import { namespaceShareTable, type ShareRecord, shareIdTable, shareTable } from '../view/records.ts';
import type { FilesystemCommands } from './data.ts';
import { target } from './object.ts';

export function createShare(
  draft: Draft,
  { at, actor, data }: Command<FilesystemCommands['share.create']>,
): ShareRecord {
  const { bucket, before } = target(draft, data.name);
  if (!before) throw new NotFound(`There is no object ${data.name.key} in ${data.name.bucket}.`);
  const share = { ...data, bucketId: bucket.id, createdAtMs: at, createdBy: actor.id };
  draft.put(shareTable, shareKey(data.tokenHash), share);
  draft.put(namespaceShareTable, namespaceShareKey(data.name.namespace, data.id), data.tokenHash);
  draft.put(shareIdTable, shareIdKey(data.id), data.tokenHash);
  return share;
}

export function revokeShare(draft: Draft, { data }: Command<FilesystemCommands['share.revoke']>): void {
  const hash = draft.get(shareIdTable, shareIdKey(data.id));
  const share = hash && draft.get(shareTable, shareKey(hash));
  if (!share) throw new NotFound(`There is no share ${data.id}.`);
  draft.remove(shareIdTable, shareIdKey(data.id));
  draft.remove(namespaceShareTable, namespaceShareKey(share.name.namespace, data.id));
  draft.remove(shareTable, shareKey(share.tokenHash));
}
