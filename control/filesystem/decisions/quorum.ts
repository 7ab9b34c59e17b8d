import { WRITE_QUORUM, type WrittenChunk } from '../../../common/filesystem/index.ts';

/** Whether so many different nodes hold it durably that a commit may refer to it. */
export function hasWriteQuorum(written: Pick<WrittenChunk, 'votes'>): boolean {
  return new Set(written.votes).size >= WRITE_QUORUM;
}
