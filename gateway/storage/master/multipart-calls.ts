/** What the S3 door asks of the master about uploads in parts (`common/filesystem/multipart-calls.ts`). */
import type { z } from 'zod';
import type {
  Completed,
  ListedParts,
  ListedUploads,
  MultipartUpload,
  multipartBegin,
  multipartComplete,
  multipartInspect,
  multipartList,
  multipartPart,
  multipartParts,
  multipartReference,
} from '../../../common/filesystem/index.ts';
import type { Asker, MasterCalls, Question } from './master-calls.ts';

export type MultipartBegin = Question<z.infer<typeof multipartBegin>>;
export type MultipartReference = Question<z.infer<typeof multipartReference>>;
export type MultipartComplete = Question<z.infer<typeof multipartComplete>>;

export class MultipartCalls {
  readonly #calls: MasterCalls;

  constructor(calls: MasterCalls) {
    this.#calls = calls;
  }

  /** Said again after a lost answer, it leaves an upload that nobody knows of and that expires. */
  begin(asker: Asker, upload: MultipartBegin): Promise<{ upload: string }> {
    return this.#calls.askPatiently('multipart/begin', { ...asker, ...upload });
  }

  inspect(asker: Asker, question: Question<z.infer<typeof multipartInspect>>): Promise<MultipartUpload> {
    return this.#calls.askPatiently('multipart/inspect', { ...asker, ...question });
  }

  /** Said again, the part takes its own place. */
  putPart(asker: Asker, part: Question<z.infer<typeof multipartPart>>): Promise<{ modifiedAt: string }> {
    return this.#calls.askPatiently('multipart/part', { ...asker, ...part });
  }

  /** Said again, it has the same answer. */
  complete(asker: Asker, completion: MultipartComplete): Promise<Completed> {
    return this.#calls.askPatiently('multipart/complete', { ...asker, ...completion });
  }

  async abort(asker: Asker, upload: MultipartReference): Promise<void> {
    await this.#calls.askPatiently<unknown>('multipart/abort', { ...asker, ...upload });
  }

  listParts(asker: Asker, question: Question<z.infer<typeof multipartParts>>): Promise<ListedParts> {
    return this.#calls.askPatiently('multipart/parts', { ...asker, ...question });
  }

  list(asker: Asker, question: Question<z.infer<typeof multipartList>>): Promise<ListedUploads> {
    return this.#calls.askPatiently('multipart/list', { ...asker, ...question });
  }
}
