/** Where an object's bytes are: from the view, and from what chunkservers report. */

import type { Extent, FoundObject, LookupPurpose, LookupRequest, Replica } from '../../../common/filesystem/index.ts';
import { extentEnd } from '../commands/extents.ts';
import { rankReplicas } from '../decisions/rank-replicas.ts';
import type { S3Action } from '../decisions/s3-actions.ts';
import { wantedExtents } from '../decisions/wanted-extents.ts';
import { requireVersion, shownVersion } from '../view/require-version.ts';
import type { Access } from './access.ts';
import { type MasterContext, unreportedNodes } from './context.ts';
import { expirationOf } from './expiration.ts';

type LookupItem = LookupRequest['items'][number];

/** Of the newest version, and of one that is named. */
const ACTIONS: Record<LookupPurpose | 'bytes', readonly [S3Action, S3Action]> = {
  bytes: ['s3:GetObject', 's3:GetObjectVersion'],
  tags: ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'],
  acl: ['s3:GetObjectAcl', 's3:GetObjectVersionAcl'],
  attributes: ['s3:GetObjectAttributes', 's3:GetObjectVersionAttributes'],
};

export class Lookup {
  readonly #context: MasterContext;
  readonly #access: Access;

  constructor(context: MasterContext, access: Access) {
    this.#context = context;
    this.#access = access;
  }

  /** @throws NotFound, MethodNotAllowed (see `requireVersion`), Forbidden, Unauthenticated */
  async find(item: LookupItem): Promise<FoundObject> {
    const { version } = item;
    const action = ACTIONS[item.purpose ?? 'bytes'][version === undefined ? 0 : 1];
    const { bucket, name } = await this.#access.readable(item, item.name, action, { versionId: version });
    const object = requireVersion(this.#context.view, bucket, name, version);
    const { parts: _parts, ...content } = object.content;
    const wanted = item.range && wantedExtents(content.extents, content.size, item.range);
    return {
      name,
      content: wanted ? { ...content, extents: wanted.extents } : object.content,
      ...(wanted && { extentsBegin: wanted.begin }),
      modifiedAt: new Date(object.modifiedAtMs).toISOString(),
      ...shownVersion(bucket, object),
      ...(version === undefined && expirationOf(this.#context.view, bucket, name.key, object)),
      isPublic: bucket.visibility === 'public',
      replicas: await this.#locate(wanted?.extents ?? content.extents),
    };
  }

  async #locate(extents: readonly Extent[]): Promise<Record<string, Replica[]>> {
    const needed = new Map<string, number>();
    for (const extent of extents) {
      needed.set(extent.chunk, Math.max(needed.get(extent.chunk) ?? 0, extentEnd(extent)));
    }
    const { clock, config, heard } = this.#context;
    const deadline = clock.monotonic() + config.lookupWaitMs;
    for (;;) {
      const found = Object.fromEntries([...needed].map(([chunk, bytes]) => [chunk, this.#replicas(chunk, bytes)]));
      const leftMs = deadline - clock.monotonic();
      const isComplete = Object.values(found).every((replicas) => replicas.length > 0);
      if (isComplete || leftMs <= 0 || unreportedNodes(this.#context).length === 0) return found;
      await heard.wait(clock, leftMs);
    }
  }

  #replicas(chunk: string, needed: number): Replica[] {
    const { clock, replicas, servers } = this.#context;
    const nowMs = clock.monotonic();
    const known = replicas.of(chunk).flatMap((replica) => {
      const server = servers.get(replica.node);
      if (!server) return [];
      const standing = servers.standing(replica.node, nowMs);
      const isSuspect = standing === 'silent' || server.suspectUntilMs > nowMs || standing === 'failing';
      return [{ ...replica, address: server.address, load: server.load, isSuspect }];
    });
    return rankReplicas(known, needed).map(({ node, address }) => ({ node, address }));
  }
}
