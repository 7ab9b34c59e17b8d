import { toAppError } from '../../common/errors/index.ts';
import type { Vote } from '../../common/filesystem/index.ts';

const DISK_CODES: Record<string, string> = {
  ENOSPC: 'insufficient-storage',
  EDQUOT: 'insufficient-storage',
  EROFS: 'disk-read-only',
  EIO: 'disk-failing',
};

/** The vote of a replica whose write failed with `error`. */
export function failedVote(node: string, error: unknown): Vote & { ok: false } {
  const diskCode = DISK_CODES[(error as NodeJS.ErrnoException).code ?? ''];
  const { code, message } = toAppError(error);
  return diskCode
    ? { node, ok: false, code: diskCode, detail: `The disk of ${node} did not take the write.` }
    : { node, ok: false, code, detail: message };
}
