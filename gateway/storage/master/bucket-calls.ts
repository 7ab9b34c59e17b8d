/** What the S3 door asks of the master about buckets (`common/filesystem/bucket-calls.ts`). */
import type { z } from 'zod';
import type {
  BucketFact,
  BucketInfo,
  BucketName,
  BucketRules,
  BucketSetting,
  BucketSettings,
  bucketCreate,
  bucketList,
  ListedBuckets,
  Visibility,
} from '../../../common/filesystem/index.ts';
import type { Asker, MasterCalls, Question } from './master-calls.ts';

export class BucketCalls {
  readonly #calls: MasterCalls;

  constructor(calls: MasterCalls) {
    this.#calls = calls;
  }

  /** Said once: a repetition would be told that the bucket is there. */
  create(asker: Asker, bucket: Question<z.infer<typeof bucketCreate>>): Promise<BucketInfo> {
    return this.#calls.ask<BucketInfo>('bucket/create', { ...asker, ...bucket });
  }

  async delete(asker: Asker, bucket: BucketName): Promise<void> {
    await this.#calls.ask<unknown>('bucket/delete', { ...asker, ...bucket });
  }

  inspect(asker: Asker, bucket: BucketName, about: BucketFact = 'bucket'): Promise<BucketInfo> {
    return this.#calls.askPatiently<BucketInfo>('bucket/inspect', { ...asker, ...bucket, about });
  }

  /** What the gateway obeys for everyone, whoever asks. */
  rules(asker: Asker, bucket: BucketName): Promise<BucketRules> {
    return this.#calls.askPatiently<BucketRules>('bucket/rules', { ...asker, ...bucket });
  }

  list(asker: Asker, question: Question<z.infer<typeof bucketList>>): Promise<ListedBuckets> {
    return this.#calls.askPatiently<ListedBuckets>('bucket/list', { ...asker, ...question });
  }

  setting<Name extends BucketSetting>(
    asker: Asker,
    bucket: BucketName,
    setting: Name,
  ): Promise<BucketSettings[Name] | null> {
    return this.#calls.askPatiently<BucketSettings[Name] | null>('bucket/setting', { ...asker, ...bucket, setting });
  }

  /** `null` removes the setting. */
  async configure<Name extends BucketSetting>(
    asker: Asker,
    bucket: BucketName,
    setting: Name,
    value: BucketSettings[Name] | null,
  ): Promise<void> {
    await this.#calls.askPatiently<unknown>('bucket/configure', { ...asker, ...bucket, setting, value });
  }

  async setVisibility(asker: Asker, bucket: BucketName, visibility: Visibility): Promise<void> {
    await this.#calls.askPatiently<unknown>('bucket/visibility', { ...asker, ...bucket, visibility });
  }
}
