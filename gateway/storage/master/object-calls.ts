/** What the S3 door asks of the master about objects, besides commit and look-up (`common/filesystem/object-calls.ts`). */
import type { z } from 'zod';
import type {
  Answer,
  Copied,
  Deleted,
  ListedObjects,
  ListedVersions,
  objectCopy,
  objectDelete,
  objectList,
  objectTags,
  versionList,
} from '../../../common/filesystem/index.ts';
import type { Asker, MasterCalls, Question } from './master-calls.ts';

export type ObjectListQuestion = Question<z.infer<typeof objectList>>;
export type VersionListQuestion = Question<z.infer<typeof versionList>>;
export type ObjectDeletion = Question<z.infer<typeof objectDelete>>;
export type ObjectCopyQuestion = Question<z.infer<typeof objectCopy>>;
export type ObjectTagsQuestion = Question<z.infer<typeof objectTags>>;

export class ObjectCalls {
  readonly #calls: MasterCalls;

  constructor(calls: MasterCalls) {
    this.#calls = calls;
  }

  list(asker: Asker, question: ObjectListQuestion): Promise<ListedObjects> {
    return this.#calls.askPatiently<ListedObjects>('object/list', { ...asker, ...question });
  }

  listVersions(asker: Asker, question: VersionListQuestion): Promise<ListedVersions> {
    return this.#calls.askPatiently<ListedVersions>('object/list-versions', { ...asker, ...question });
  }

  /** Said again after a lost answer, it may leave one more delete marker, as the caller's own repetition would. */
  delete(asker: Asker, deletion: ObjectDeletion): Promise<Answer<Deleted>[]> {
    const isConditional = deletion.items.some(
      ({ ifMatch, ifMatchModifiedMs, ifMatchSize }) =>
        ifMatch !== undefined || ifMatchModifiedMs !== undefined || ifMatchSize !== undefined,
    );
    return this.#change<Answer<Deleted>[]>(isConditional, 'object/delete', { ...asker, ...deletion });
  }

  copy(asker: Asker, copy: ObjectCopyQuestion): Promise<Copied> {
    const isConditional = Object.keys(copy.preconditions).length > 0;
    return this.#change<Copied>(isConditional, 'object/copy', { ...asker, ...copy });
  }

  setTags(asker: Asker, change: ObjectTagsQuestion): Promise<{ versionId?: string }> {
    return this.#calls.askPatiently<{ versionId?: string }>('object/tags', { ...asker, ...change });
  }

  /** A conditional change that took effect would be refused by its own success if it were said again. */
  #change<Value>(isConditional: boolean, name: string, body: unknown): Promise<Value> {
    return isConditional ? this.#calls.ask<Value>(name, body) : this.#calls.askPatiently<Value>(name, body);
  }
}
