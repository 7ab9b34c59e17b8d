/** Where an object's bytes are: from the view, and from what chunkservers report. */

import type { Extent, FoundObject, ObjectName, Replica } from '../../../common/filesystem/index.ts';
import { extentEnd } from '../commands/extents.ts';
import { rankReplicas } from '../decisions/rank-replicas.ts';
import { requireVersion, shownVersion } from '../view/require-version.ts';
import type { Access, Asker } from './access.ts';
import { type MasterContext, unreportedNodes } from './context.ts';

export class Lookup {
  readonly #context: MasterContext;
  readonly #access: Access;

  constructor(context: MasterContext, access: Access) {
    this.#context = context;
    this.#access = access;
  }

  /** @throws NotFound, MethodNotAllowed (see `requireVersion`), Forbidden, Unauthenticated */
  async find(asker: Asker, asked: ObjectName, version?: string): Promise<FoundObject> {
    const action = version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
    const { bucket, name } = await this.#access.readable(asker, asked, action);
    const object = requireVersion(this.#context.view, bucket, name, version);
    return {
      name,
      content: object.content,
      modifiedAt: new Date(object.modifiedAtMs).toISOString(),
      ...shownVersion(bucket, object),
      isPublic: bucket.visibility === 'public',
      replicas: await this.#locate(object.content.extents),
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
