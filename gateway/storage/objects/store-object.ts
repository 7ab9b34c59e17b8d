/** From a body to a committed object, whatever its size. */
import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Checksum, Committed, ObjectName, Preconditions, Tags } from '../../../common/filesystem/index.ts';
import type { IdMaker } from '../../../common/ids/index.ts';
import type { Asker, MasterClient } from '../master/master-client.ts';
import type { StoredRun } from '../write/extent-writer.ts';
import { type NewBody, type StoreBodyTools, storeBody } from '../write/store-body.ts';

export interface StoreTools extends StoreBodyTools {
  master: Pick<MasterClient, 'commit'>;
  ids: IdMaker;
}

/** What is known of an object by its bytes. */
export interface Fingerprint {
  etag: string;
  checksum?: Checksum;
}

export interface NewObject {
  asker: Asker;
  name: ObjectName;
  contentType: string;
  headers: Record<string, string>;
  tags?: Tags;
  redirect?: string;
  preconditions: Preconditions;
  /** It came by a browser's form. */
  isForm?: true;
  body: Readable;
  /** Bytes, when announced. */
  size: number | undefined;
  /** As `NewBody` has it: who gives one checks the body by it. By default the ETag is made here. */
  verified?: Pick<NewBody<Fingerprint>, 'endsItself' | 'digest' | 'arrived'>;
  signal: AbortSignal;
  onReceived?: (bytes: number) => void;
  onStored?: (bytes: number) => void;
}

export interface StoredObject extends Committed {
  size: number;
  checksum?: Checksum;
}

/** @throws what the caller did wrong, or Unavailable with the reason; then there is no trace of the object. */
export async function storeObject(tools: StoreTools, object: NewObject): Promise<StoredObject> {
  const { asker, name, contentType, headers, tags, redirect, preconditions, isForm, body, size, signal } = object;
  const newBody: NewBody<Fingerprint> = {
    stream: body,
    size,
    endsItself: object.verified?.endsItself ?? false,
    ...(object.verified?.arrived && { arrived: object.verified.arrived }),
    // A conditional commit whose answer is lost is recognised by where its bytes lie: inline ones lie nowhere.
    mayRideInCommit: preconditions.ifMatch === undefined && preconditions.ifNoneMatch === undefined,
    digest: object.verified?.digest ?? ((small, runs) => ({ etag: etagOf(tools.ids, small, runs) })),
    signal,
    ...(object.onReceived && { onReceived: object.onReceived }),
    ...(object.onStored && { onStored: object.onStored }),
  };
  return await storeBody(tools, newBody, async ({ size, digest, inline, extents, chunks }) => {
    const content = {
      size,
      etag: digest.etag,
      contentType,
      headers,
      extents,
      ...(inline && { inline }),
      ...(digest.checksum && { checksum: digest.checksum }),
      ...(tags && { tags }),
      ...(redirect !== undefined && { redirect }),
    };
    const committed = await tools.master.commit({
      ...asker,
      name,
      content,
      chunks,
      preconditions,
      ...(isForm && { isForm }),
    });
    return { ...committed, size, ...(digest.checksum && { checksum: digest.checksum }) };
  });
}

/**
 * S3's clients take an ETag of 32 hexadecimal digits for the MD5 of the bytes and compare, so small objects have just that.
 * Large ones are spared the pass over every byte: theirs is of the form of an object uploaded in parts, which nobody compares.
 */
function etagOf(ids: IdMaker, small: Buffer | undefined, runs: readonly StoredRun[]): string {
  return small ? hash('md5', small) : `${ids.uuid().replaceAll('-', '')}-${runs.length}`;
}
