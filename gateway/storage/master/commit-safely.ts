/**
 * Commits whose answer may be lost. Where bytes lie is unique to one write, so after an uncertain answer the object that is
 * there now tells whether the commit took effect; only what did not is sent again. (A write that took effect and was
 * overwritten before it could be recognised is sent again: it was never acknowledged, so it may as well come last.)
 * Bytes that rode in the commit lie nowhere: they are recognised by being what was to be written, unless the write was
 * conditional, where it matters whose they are; such a repeat is refused if the first one took effect.
 */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Clock } from '../../../common/clock/index.ts';
import type {
  Answer,
  Committed,
  commitRequest,
  FoundObject,
  lookupRequest,
  ObjectContent,
} from '../../../common/filesystem/index.ts';
import { isTransient, patiently } from './patience.ts';

export type CommitItem = z.infer<typeof commitRequest>['items'][number];
export type LookupItem = z.infer<typeof lookupRequest>['items'][number];

export interface CommitDoor {
  clock: Clock;
  patienceMs: number;
  commit(items: CommitItem[]): Promise<Answer<Committed>[]>;
  lookup(items: LookupItem[]): Promise<Answer<FoundObject>[]>;
}

const PAUSE_MS = 100;

export async function commitSafely(door: CommitDoor, items: CommitItem[]): Promise<Answer<Committed>[]> {
  const deadlineMs = door.clock.monotonic() + door.patienceMs;
  const answers = new Array<Answer<Committed> | undefined>(items.length).fill(undefined);
  let open = items.map((_, index) => index);
  for (let isRepeat = false; ; isRepeat = true) {
    try {
      const given = await door.commit(open.map((index) => items[index] as CommitItem));
      for (const [place, index] of open.entries()) answers[index] = given[place];
      if (!isRepeat) return given;
      // Refusals of a repeat may come from the first attempt's own success (If-None-Match: * is the usual one).
      open = open.filter((index) => answers[index]?.ok === false);
      await recognise(door, deadlineMs, items, open, answers);
      return answers as Answer<Committed>[];
    } catch (error) {
      if (!isTransient(error) || door.clock.monotonic() + PAUSE_MS > deadlineMs) throw error;
    }
    await door.clock.sleep(PAUSE_MS);
    open = await recognise(door, deadlineMs, items, open, answers);
    if (open.length === 0) return answers as Answer<Committed>[];
  }
}

/** Looks the open items up, answers those that are there already, and returns those that are not. */
async function recognise(
  door: CommitDoor,
  deadlineMs: number,
  items: readonly CommitItem[],
  open: readonly number[],
  answers: (Answer<Committed> | undefined)[],
): Promise<number[]> {
  if (open.length === 0) return [];
  const questions = open.map((index) => {
    const { content, chunks, preconditions, ...question } = items[index] as CommitItem;
    return question;
  });
  const found = await patiently(door.clock, deadlineMs, () => door.lookup(questions));
  return open.filter((index, place) => {
    const answer = found[place];
    const item = items[index] as CommitItem;
    if (!answer?.ok || !isSameWrite(answer.value, item)) return true;
    const { etag } = item.content;
    const { modifiedAt, versionId } = answer.value;
    const created = item.preconditions.ifNoneMatch === '*';
    answers[index] = { ok: true, value: { etag, modifiedAt, created, ...(versionId !== undefined && { versionId }) } };
    return false;
  });
}

function isSameWrite({ content }: FoundObject, { content: wanted, preconditions }: CommitItem): boolean {
  if (content.etag !== wanted.etag || content.size !== wanted.size) return false;
  if (wanted.extents.length > 0) return isDeepStrictEqual(content.extents, wanted.extents);
  const isConditional = preconditions.ifMatch !== undefined || preconditions.ifNoneMatch !== undefined;
  return !isConditional && isDeepStrictEqual(describe(content), describe(wanted));
}

function describe({ contentType, headers, tags, redirect, checksum }: ObjectContent): unknown {
  return { contentType, headers, tags, redirect, checksum };
}
