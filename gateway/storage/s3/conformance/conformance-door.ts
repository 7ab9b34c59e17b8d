/** The S3 door for one file of conformance cases, in a namespace of its own, with the buckets that they are about. */
import { afterAll, beforeAll } from 'vitest';
import { type Ask, rawRequests } from '../../../../test/s3/raw-request.ts';
import { openSmallDoor } from '../../../../test/s3/small-door.ts';

/** Plain buckets, and those that keep versions. */
export interface ConformanceBuckets {
  plain: readonly string[];
  versioned?: readonly string[];
}

const VERSIONING = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';

/** For the file that calls it: opened before its tests, closed behind them. */
export function conformanceDoor({ plain, versioned = [] }: ConformanceBuckets): Ask {
  const stack = new AsyncDisposableStack();
  let ask: Ask = () => Promise.reject(new Error('The door is not open yet.'));
  beforeAll(async () => {
    const door = stack.use(await openSmallDoor());
    const asking = stack.use(rawRequests(door));
    ask = asking;
    const must = async (target: string, body: string) => {
      const { status, text } = await asking({ method: 'PUT', target, body });
      if (status !== 200) throw new Error(`PUT ${target} was answered ${status} ${text}`);
    };
    for (const bucket of [...plain, ...versioned]) await must(`/${bucket}`, '');
    for (const bucket of versioned) await must(`/${bucket}?versioning`, VERSIONING);
  }, 60_000);
  afterAll(() => stack.disposeAsync());
  return (asked) => ask(asked);
}
