/** For tests: the S3 door over buckets in memory, where `Authorization: test` is an access key and none is nobody. */
import { systemClock } from '../../../common/clock/index.ts';
import { Conflict, NotFound } from '../../../common/errors/index.ts';
import type { BucketInfo, BucketName, BucketSetting, Visibility } from '../../../common/filesystem/index.ts';
import { createIdMaker, systemRandom } from '../../../common/ids/index.ts';
import type { BucketCalls } from '../master/bucket-calls.ts';
import type { Authenticator } from './auth/index.ts';
import { openBody } from './body/index.ts';
import { BucketRulesCache } from './bucket-rules.ts';
import { OPERATIONS } from './operations.ts';
import { S3Door } from './s3-door.ts';
import type { Operation, S3Tools } from './s3-request.ts';

interface Kept {
  visibility: Visibility;
  settings: Map<BucketSetting, unknown>;
}

const OWNER = { id: 'tester', displayName: 'tester' };
const CREATED_AT = '2026-01-01T00:00:00.000Z';

/** What control would answer, without its permissions. */
export class BucketsInMemory implements Pick<BucketCalls, keyof BucketCalls> {
  readonly #buckets = new Map<string, Kept>();

  async create(
    _asker: unknown,
    { bucket, visibility }: { bucket: string; visibility: Visibility },
  ): Promise<BucketInfo> {
    if (bucket === 'others') throw new Conflict('Theirs.', { code: 'bucket-exists' });
    if (this.#buckets.has(bucket)) throw new Conflict('Yours.', { code: 'bucket-exists-already-yours' });
    this.#buckets.set(bucket, { visibility, settings: new Map() });
    return await this.inspect(undefined, { namespace: '', bucket });
  }

  async delete(_asker: unknown, name: BucketName): Promise<void> {
    this.#find(name);
    if (name.bucket === 'full') throw new Conflict('There is something in it.', { code: 'bucket-not-empty' });
    this.#buckets.delete(name.bucket);
  }

  async inspect(_asker: unknown, name: BucketName): Promise<BucketInfo> {
    const { visibility } = this.#find(name);
    return { namespace: 'tester', bucket: name.bucket, createdAt: CREATED_AT, visibility, owner: OWNER, isOwn: true };
  }

  rules: BucketCalls['rules'] = async (_asker, name) => {
    const { visibility, settings } = this.#find(name);
    const cors = settings.get('cors');
    return { namespace: 'tester', bucket: name.bucket, visibility, ...(cors ? { cors: cors as never } : {}) };
  };

  list: BucketCalls['list'] = async (_asker, { prefix, after = '', limit }) => {
    const names = [...this.#buckets.keys()].sort().filter((name) => name.startsWith(prefix) && name > after);
    const page = names.slice(0, limit);
    return {
      buckets: page.map((name) => ({ name, createdAt: CREATED_AT })),
      next: names.length > limit ? (page.at(-1) ?? null) : null,
      owner: OWNER,
    };
  };

  setting: BucketCalls['setting'] = async (_asker, name, setting) =>
    (this.#find(name).settings.get(setting) ?? null) as never;

  configure: BucketCalls['configure'] = async (_asker, name, setting, value) => {
    const { settings } = this.#find(name);
    if (value === null) settings.delete(setting);
    else settings.set(setting, value);
  };

  setVisibility: BucketCalls['setVisibility'] = async (_asker, name, visibility) => {
    this.#find(name).visibility = visibility;
  };

  #find({ bucket }: BucketName): Kept {
    const kept = this.#buckets.get(bucket);
    if (!kept) throw new NotFound(`There is no bucket ${bucket}.`, { code: 'no-such-bucket' });
    return kept;
  }
}

/** `operations` instead of the real ones of their names. */
export function testDoor(operations: Readonly<Record<string, Operation>> = {}): S3Door {
  const buckets = new BucketsInMemory();
  const rules = new BucketRulesCache(buckets, systemClock);
  const authenticator = {
    authenticate: async ({ rawHeaders }: { rawHeaders: readonly string[] }) => ({
      credential: rawHeaders.includes('test')
        ? { kind: 'access-key' as const, id: 'BRKTEST0000000000000' }
        : { kind: 'anonymous' as const },
      isPresigned: false,
      payload: { kind: 'unsigned' as const },
    }),
  } satisfies Pick<Authenticator, 'authenticate'>;
  const tools = {
    master: { buckets },
    ids: createIdMaker(systemClock, systemRandom),
    s3: { region: 'us-east-1', host: 's3.localhost', rules, authenticator },
  } as unknown as S3Tools;
  return new S3Door({
    tools,
    names: ['s3.localhost'],
    hostId: 'here',
    authenticator,
    openBody: ({ request }, authenticated, options) =>
      openBody({ stream: request, headers: request.headers, authenticated }, options),
    operations: { ...OPERATIONS, ...operations },
    rules,
  });
}
