/** One file's door for cases about who may do what: two namespaces, each with an access key of its own. */
import { afterAll, beforeAll } from 'vitest';
import { type Ask, type RawRequest, rawRequests } from '../../../../test/s3/raw-request.ts';
import { openSmallDoor } from '../../../../test/s3/small-door.ts';
import type { Case, Expected } from './conformance-case.ts';

/** Stands for the other user's namespace, which is another one in each run. */
export const OTHER = 'the-other-namespace';
const named = (body: string, namespace: string) => body.replaceAll(OTHER, namespace);

interface UserRequest extends RawRequest {
  by?: 'other';
}

export const byOther = (request: RawRequest): UserRequest => ({ ...request, by: 'other' });

/** For the file that calls it; `prepare` runs before its tests. `OTHER` in a body is the other user's namespace. */
export function twoUsers(prepare: (ask: Ask) => Promise<void> = async () => undefined): Ask {
  const stack = new AsyncDisposableStack();
  let first: Ask = () => Promise.reject(new Error('The door is not open yet.'));
  let second: Ask = first;
  beforeAll(async () => {
    const [own, other] = await Promise.all([openSmallDoor(), openSmallDoor()]);
    for (const door of [own, other]) stack.use(door);
    const asking = stack.use(rawRequests(own));
    first = (asked) =>
      asking({ ...asked, ...(typeof asked.body === 'string' && { body: named(asked.body, other.namespace) }) });
    second = stack.use(rawRequests(other));
    await prepare(async (asked) => {
      const answer = await first(asked);
      if (answer.status >= 300) throw new Error(`${asked.target} was answered ${answer.status} ${answer.text}`);
      return answer;
    });
  }, 60_000);
  afterAll(() => stack.disposeAsync());
  return (asked) => ((asked as UserRequest).by === 'other' ? second(asked) : first(asked));
}

/** Cases of one request each. */
export function rows(
  section: string,
  list: readonly (readonly [name: string, request: RawRequest, expected: Expected | number])[],
): Case[] {
  return list.map(([name, request, expected]) => ({ section, name, steps: [[request, expected]] }));
}

export const refused = (status: number, code: string) => ({ status, code });
export const DENIED = refused(403, 'AccessDenied');
