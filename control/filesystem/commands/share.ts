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
  const share = find(draft, data.id);
  if (!share) throw new NotFound(`There is no share ${data.id}.`);
  drop(draft, share);
}

/** Answers how many were there and over. */
export function expireShares(draft: Draft, { at, data }: Command<FilesystemCommands['share.expire']>): number {
  const over = data.shares.flatMap((id) => find(draft, id) ?? []).filter(({ expiresAtMs }) => expiresAtMs <= at);
  for (const share of over) drop(draft, share);
  return over.length;
}

function find(draft: Draft, id: string): ShareRecord | undefined {
  const hash = draft.get(shareIdTable, shareIdKey(id));
  return hash && draft.get(shareTable, shareKey(hash));
}

function drop(draft: Draft, share: ShareRecord): void {
  draft.remove(shareIdTable, shareIdKey(share.id));
  draft.remove(namespaceShareTable, namespaceShareKey(share.name.namespace, share.id));
  draft.remove(shareTable, shareKey(share.tokenHash));
}
