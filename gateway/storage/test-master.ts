/** A filesystem master for tests of the data path: objects in a map, chunks on whoever sends heartbeats. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { systemClock } from '../../common/clock/index.ts';
import { AppError, Conflict, NotFound, PreconditionFailed, toProblem, Unavailable } from '../../common/errors/index.ts';
import {
  type Answer,
  authorizeRequest,
  type Committed,
  type commitRequest,
  commitRequest as commitSchema,
  type FoundObject,
  type Grant,
  heartbeatRequest,
  lookupRequest,
  type ObjectContent,
  type ObjectName,
  placeRequest,
  type Replica,
  renewRequest,
  reportRequest,
  type UploadState,
  uploadBegin,
  uploadExtend,
  uploadReference,
  WRITE_QUORUM,
} from '../../common/filesystem/index.ts';
import { Readiness } from '../../common/health/index.ts';
import type { Identity } from '../../common/identity/index.ts';
import { systemRandom, uuidV7 } from '../../common/ids/index.ts';
import { type InternalRoute, InternalServer, rpcRoute } from '../../common/internal/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { Registry } from '../../common/metrics/index.ts';

interface Stored {
  content: ObjectContent;
  modifiedAt: string;
}

type CommitItem = z.infer<typeof commitRequest>['items'][number];
type Upload = UploadState & { begin: z.infer<typeof uploadBegin>; chunks: CommitItem['chunks'] };

export class TestMaster implements AsyncDisposable {
  readonly objects = new Map<string, Stored>();
  readonly faults: z.infer<typeof reportRequest>['faults'] = [];
  readonly calls: { name: string; items: number }[] = [];
  /** Chunkservers by node, as their last heartbeat said. */
  readonly nodes = new Map<string, { replica: Replica; seenMs: number }>();
  readonly locations = new Map<string, string[]>();
  /** After how long without a heartbeat a chunkserver is not chosen any more. */
  silenceMs = 30_000;
  /** Whether the next commits are carried out without an answer reaching the caller. */
  losesCommitAnswers = 0;
  #shared: Grant | undefined;
  readonly #uploads = new Map<string, Upload>();
  #server: InternalServer | undefined;

  static async start(identity: Identity, logger: Logger): Promise<TestMaster> {
    const master = new TestMaster();
    master.#server = await InternalServer.listen({
      identity,
      logger,
      readiness: new Readiness(),
      metrics: new Registry(),
      routes: master.#routes(),
      host: '127.0.0.1',
      port: 0,
    });
    return master;
  }

  get address(): string {
    return this.#server?.address ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  #routes(): InternalRoute[] {
    const path = (name: string) => `/internal/filesystem/${name}`;
    return [
      rpcRoute(path('heartbeat'), ['chunkserver'], heartbeatRequest, async (beat, { peer }) => {
        this.nodes.set(peer.node, { replica: { node: peer.node, address: beat.address }, seenMs: Date.now() });
        return { masterEpoch: 1, wantFullReport: false, pendingDeletes: [], seals: [], intervalMs: 500 };
      }),
      rpcRoute(path('authorize'), ['gateway'], authorizeRequest, async ({ items }) => {
        this.calls.push({ name: 'authorize', items: items.length });
        return items.map((item) => attempt(() => this.#authorize(item.credential)));
      }),
      rpcRoute(path('place'), ['gateway'], placeRequest, async (request) => {
        this.calls.push({ name: 'place', items: request.own });
        const replicas = this.#replicas(request.avoid);
        if (request.shared && this.#shared?.replicas.some(({ node }) => request.avoid.includes(node))) {
          this.#shared = undefined;
        }
        if (request.shared) this.#shared ??= grant(replicas);
        return {
          own: Array.from({ length: request.own }, () => grant(replicas)),
          shared: request.shared ? this.#shared : null,
        };
      }),
      rpcRoute(path('renew'), ['gateway'], renewRequest, async ({ chunks }) => {
        this.calls.push({ name: 'renew', items: chunks.length });
        return { validUntilMs: Date.now() + 3_600_000 };
      }),
      rpcRoute(path('report'), ['gateway'], reportRequest, async ({ faults }) => {
        this.faults.push(...faults);
        if (faults.some((fault) => fault.kind === 'append-failed')) this.#shared = undefined;
        return undefined;
      }),
      rpcRoute(path('commit'), ['gateway'], commitSchema, async ({ items }) => {
        this.calls.push({ name: 'commit', items: items.length });
        const answers = items.map((item) => attempt(() => this.#commit(item)));
        if (this.losesCommitAnswers > 0) {
          this.losesCommitAnswers -= 1;
          throw new Unavailable('The answer was lost.');
        }
        return answers;
      }),
      rpcRoute(path('lookup'), ['gateway'], lookupRequest, async ({ items }) => {
        this.calls.push({ name: 'lookup', items: items.length });
        return items.map((item) => attempt(() => this.#lookup(item.name)));
      }),
      rpcRoute(path('upload/begin'), ['gateway'], uploadBegin, async (begin) => {
        const id = randomUUID();
        const upload: Upload = {
          upload: id,
          name: begin.name,
          offset: 0,
          size: begin.size ?? null,
          contentType: begin.contentType,
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
          extents: [],
          begin,
          chunks: [],
        };
        this.#uploads.set(id, upload);
        return stateOf(upload);
      }),
      rpcRoute(path('upload/extend'), ['gateway'], uploadExtend, async (extension) => {
        const upload = this.#upload(extension.upload);
        if (extension.offset !== upload.offset) throw new Conflict('Another offset.', { code: 'offset-mismatch' });
        upload.extents.push(...extension.extents);
        upload.chunks.push(...extension.chunks);
        upload.offset += extension.extents.reduce((sum, extent) => sum + extent.length, 0);
        return stateOf(upload);
      }),
      rpcRoute(path('upload/inspect'), ['gateway'], uploadReference, async ({ upload }) =>
        stateOf(this.#upload(upload)),
      ),
      rpcRoute(path('upload/abort'), ['gateway'], uploadReference, async ({ upload }) => {
        this.#upload(upload);
        this.#uploads.delete(upload);
        return undefined;
      }),
      rpcRoute(path('upload/finish'), ['gateway'], uploadReference, async (reference) => {
        const { begin, extents, chunks, offset, upload } = this.#upload(reference.upload);
        this.#uploads.delete(upload);
        const { headers, contentType, name, preconditions, requestId, credential } = begin;
        const content = { size: offset, etag: upload, contentType, headers, extents };
        return this.#commit({ name, content, chunks, preconditions, requestId, credential });
      }),
    ];
  }

  #authorize(credential: { kind: string; token?: string }): null {
    if (credential.token === 'forbidden') throw new AppError('forbidden', 403, 'Not allowed', 'Not yours.');
    return null;
  }

  #replicas(avoid: readonly string[]): Replica[] {
    const alive = [...this.nodes.values()].filter(({ seenMs }) => Date.now() - seenMs < this.silenceMs);
    const replicas = alive.map(({ replica }) => replica).filter(({ node }) => !avoid.includes(node));
    if (replicas.length < WRITE_QUORUM) throw new Unavailable(`Only ${replicas.length} chunkservers can take writes.`);
    return replicas.slice(0, 3);
  }

  #commit({ name, content, chunks, preconditions }: CommitItem): Committed {
    const present = this.objects.get(keyOf(name));
    if (preconditions.ifNoneMatch === '*' && present) throw new PreconditionFailed('There is one.');
    if (preconditions.ifMatch && preconditions.ifMatch !== `"${present?.content.etag}"`) {
      throw new PreconditionFailed('It is another one.');
    }
    for (const { chunk, votes } of chunks) {
      if (new Set(votes).size < WRITE_QUORUM) throw new Unavailable('Too few votes.');
      this.locations.set(chunk, votes);
    }
    const modifiedAt = new Date().toISOString();
    this.objects.set(keyOf(name), { content, modifiedAt });
    return { etag: content.etag, modifiedAt, created: present === undefined };
  }

  #lookup(name: ObjectName): FoundObject {
    const found = this.objects.get(keyOf(name));
    if (!found) throw new NotFound('There is no such object.');
    const replicas: Record<string, Replica[]> = {};
    for (const { chunk } of found.content.extents) {
      replicas[chunk] = (this.locations.get(chunk) ?? []).flatMap((node) => this.nodes.get(node)?.replica ?? []);
    }
    return { name, ...found, isPublic: false, replicas };
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (!upload) throw new NotFound('There is no such upload.');
    return upload;
  }
}

function stateOf({ begin: _begin, chunks: _chunks, ...state }: Upload): UploadState {
  return state;
}

function grant(replicas: Replica[]): Grant {
  return { chunk: uuidV7(systemClock, systemRandom), version: 1, replicas, validUntilMs: Date.now() + 600_000 };
}

function keyOf({ namespace, bucket, key }: ObjectName): string {
  return `${namespace}/${bucket}/${key}`;
}

function attempt<Value>(task: () => Value): Answer<Value> {
  try {
    return { ok: true, value: task() };
  } catch (error) {
    return { ok: false, problem: toProblem(error) };
  }
}
