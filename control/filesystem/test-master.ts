/** For tests: a view in a temporary folder under a log in memory, permissions by table, and fake chunkservers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../common/clock/index.ts';
import { Forbidden, Unauthenticated } from '../../common/errors/index.ts';
import {
  type ChunkReport,
  type Credential,
  type Extent,
  type HeartbeatRequest,
  physicalLength,
  type WrittenChunk,
} from '../../common/filesystem/index.ts';
import { systemRandom, uuidV7 } from '../../common/ids/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { createMetrics } from '../../common/metrics/index.ts';
import { ANONYMOUS, type Principal, type StorageLimit } from '../api/index.ts';
import type { Command, CommandLog, View } from '../log/index.ts';
import { Master, type MasterConfig, openFilesystemView, type Permissions } from './index.ts';

export const silent = createLogger({ process: 'test', level: 'silent' });

/** One command, one entry; no disk. */
export class MemoryLog implements Pick<CommandLog, 'append'> {
  readonly entries: Command[][] = [];
  readonly #view: View;
  #last: Promise<unknown> = Promise.resolve();

  constructor(view: View) {
    this.#view = view;
  }

  async append<Value>(command: Command): Promise<{ height: number; value: Value }> {
    const turn = this.#last.then(async () => {
      const height = this.entries.push([command]);
      const [outcome] = await this.#view.apply(height, [command]);
      return { height, outcome };
    });
    this.#last = turn.catch(() => undefined);
    const { height, outcome } = await turn;
    if (!outcome?.ok) throw outcome?.error ?? new Error('no outcome');
    return { height, value: outcome.value as Value };
  }
}

export const ADA: Principal = {
  kind: 'user',
  userId: 'user_ada',
  name: 'ada',
  isAdministrator: false,
  via: 'session',
  scopes: ['*'],
};

export const EVE: Principal = { ...ADA, userId: 'user_eve', name: 'eve' };

/** By an API token that may only read. */
const EVE_READS: Principal = { ...EVE, via: 'token', tokenId: 'token_1', scopes: ['storage:read'] };

/** `BRKADA` and `BRKEVE` are theirs, `BRKGUEST` is Eve's for namespace `ada`; behind a comma, in JSON, what the key is narrowed to. */
function accessKeyOf(text: string): Principal {
  const [id = '', ...limit] = text.split(',');
  const user = id === 'BRKADA' ? ADA : EVE;
  return {
    ...user,
    via: 'access-key',
    tokenId: id,
    namespaceLimit: id === 'BRKGUEST' ? 'ada' : (user.name ?? ''),
    ...(limit.length > 0 && { storageLimit: JSON.parse(limit.join(',')) as StorageLimit }),
  };
}

/** `ada` may do everything in namespace `ada`, `eve` in hers; the token is the name. */
export const permissions: Permissions = {
  resolve: async (credential: Credential) => {
    if (credential.kind === 'anonymous') return ANONYMOUS;
    if (credential.kind === 'access-key') return accessKeyOf(credential.id);
    if (credential.kind === 'bearer' && credential.token === 'ada') return ADA;
    if (credential.kind === 'bearer' && credential.token === 'eve') return EVE;
    if (credential.kind === 'bearer' && credential.token === 'eve-reads') return EVE_READS;
    throw new Unauthenticated();
  },
  assertMay: async (principal, _action, namespace) => {
    if (principal.kind === 'anonymous') throw new Unauthenticated();
    if (principal.isAdministrator && principal.namespaceLimit === undefined) return;
    if (principal.name !== namespace) throw new Forbidden('You may not.');
  },
  assertUser: ({ userId, scopes }, scope) => {
    if (userId === undefined) throw new Unauthenticated();
    if (!scopes.includes('*') && !scopes.includes(scope)) throw new Forbidden('Your token may not.');
    return userId;
  },
  assertAdministrator: async ({ isAdministrator, kind }) => {
    if (!isAdministrator) throw kind === 'anonymous' ? new Unauthenticated() : new Forbidden('You may not.');
  },
  deny: ({ kind }) => {
    throw kind === 'anonymous' ? new Unauthenticated() : new Forbidden('You may not.');
  },
  namespaceExists: async (name) => name === 'ada' || name === 'eve',
};

export const asAda = { requestId: 'r1', credential: { kind: 'bearer', token: 'ada' } } as const;
export const asEve = { requestId: 'r3', credential: { kind: 'bearer', token: 'eve' } } as const;
export const asAnyone = { requestId: 'r2', credential: { kind: 'anonymous' } } as const;

export const withKey = (id: string, limit?: StorageLimit) => ({
  requestId: 'r4',
  credential: { kind: 'access-key' as const, id: limit ? `${id},${JSON.stringify(limit)}` : id },
});

export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'bramble-filesystem-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function openTestMaster(config: Partial<MasterConfig> = {}, expected: string[] = []) {
  const folder = await temporaryFolder();
  const view = await openFilesystemView({ folder: folder.path, logger: silent });
  const log = new MemoryLog(view);
  const clock = new ManualClock();
  const options = { view, log, clock, random: systemRandom, permissions, logger: silent, config, expected };
  const start = () => Master.start({ ...options, metrics: createMetrics('test') });
  const master = await start();
  return {
    view,
    log,
    clock,
    master,
    /** Another master over the same view, as after a restart. */
    restart: start,
    async [Symbol.asyncDispose]() {
      await master[Symbol.asyncDispose]();
      await view[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export function heartbeatOf(chunks: ChunkReport[], changes: Partial<HeartbeatRequest> = {}): HeartbeatRequest {
  return {
    address: '127.0.0.1:1',
    zone: 'z',
    bootId: 'boot',
    condition: 'writable',
    conditionDetail: '',
    totalBytes: 1e12,
    freeBytes: 5e11,
    load: 0,
    masterEpoch: 0,
    report: { full: true, chunks, removed: [] },
    faults: [],
    ...changes,
  };
}

/** A chunk of its own with one record of `length` bytes, made at the manual clock's start. */
export function ownChunk(length: number, atMs = Date.UTC(2026, 0, 1)): { extent: Extent; written: WrittenChunk } {
  const chunk = uuidV7({ now: () => atMs }, systemRandom);
  return {
    extent: { chunk, offset: 0, length, crc32c: 1 },
    written: { chunk, version: 1, kind: 'own', length: physicalLength(length), votes: ['n1', 'n2'] },
  };
}
