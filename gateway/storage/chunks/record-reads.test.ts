import { describe, expect, test } from 'vitest';
import { NotFound, toProblem, Unavailable } from '../../../common/errors/index.ts';
import {
  BATCHED_READ_BYTES,
  type Extent,
  READ_PATH,
  READ_PAYLOAD_BYTES,
  READ_RECORDS,
  type ReadCall,
  type Replica,
  readCall,
} from '../../../common/filesystem/index.ts';
import type { InternalClient } from '../../../common/internal/index.ts';
import { RecordReads } from './record-reads.ts';

const CHUNK = '01890a5d-ac96-774b-bcce-b302099a8057';
const A: Replica = { node: 'a', address: 'a:1' };
const B: Replica = { node: 'b', address: 'b:1' };

const extentAt = (offset: number, length = 4): Extent => ({ chunk: CHUNK, offset, length, crc32c: 0 });

/** Turns of the event loop by hand, and calls answered by `answer`. */
function reads(answer: (call: ReadCall, address: string) => unknown) {
  const calls: { address: string; path: string; call: ReadCall }[] = [];
  const tasks: (() => void)[] = [];
  const client: Pick<InternalClient, 'call'> = {
    call: async ({ address }, path, input) => {
      const call = readCall.parse(input);
      calls.push({ address, path, call });
      return answer(call, address);
    },
  };
  const subject = new RecordReads(client, 1_000, (task) => void tasks.push(task));
  const turn = () => {
    for (const task of tasks.splice(0)) task();
  };
  return { subject, calls, turn };
}

const payloads = ({ records }: ReadCall) => records.map(({ offset, length }) => Buffer.alloc(length, offset));

describe('small records', () => {
  test('wanted of one chunkserver in the same turn are one call, each given to who wanted it', async () => {
    const { subject, calls, turn } = reads(payloads);
    const wanted = [subject.read(A, extentAt(1)), subject.read(B, extentAt(2)), subject.read(A, extentAt(3))];
    turn();
    expect((await Promise.all(wanted)).map((bytes) => bytes[0])).toEqual([1, 2, 3]);
    expect(calls.map(({ address, path, call }) => [address, path, call.records.length])).toEqual([
      ['a:1', READ_PATH, 2],
      ['b:1', READ_PATH, 1],
    ]);
    const later = subject.read(A, extentAt(4));
    turn();
    expect((await later)[0]).toBe(4);
  });

  test('that are too many or too long for one call are several, none of them over the limits', async () => {
    const { subject, calls, turn } = reads(payloads);
    const short = Array.from({ length: READ_RECORDS + 1 }, () => subject.read(A, extentAt(0)));
    const perCall = READ_PAYLOAD_BYTES / BATCHED_READ_BYTES;
    const long = Array.from({ length: perCall + 1 }, () => subject.read(B, extentAt(0, BATCHED_READ_BYTES)));
    turn();
    await Promise.all([...short, ...long]);
    expect(calls.map(({ call }) => call.records.length)).toEqual([READ_RECORDS, 1, perCall, 1]);
  });

  test('fail one by one when the chunkserver says what is wrong with one of them', async () => {
    const missing = toProblem(new NotFound('No such chunk.', { code: 'chunk-missing' }));
    const { subject, turn } = reads((call) => payloads(call).map((bytes, index) => (index === 1 ? missing : bytes)));
    const wanted = [0, 1, 2].map((offset) => subject.read(A, extentAt(offset)));
    turn();
    expect(await Promise.allSettled(wanted)).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { status: 404, code: 'chunk-missing' } },
      { status: 'fulfilled' },
    ]);
  });

  test('fail together when the call does', async () => {
    const { subject, turn } = reads(() => {
      throw new Unavailable('Gone.');
    });
    const wanted = [0, 1].map((offset) => subject.read(A, extentAt(offset)));
    turn();
    for (const read of await Promise.allSettled(wanted)) expect(read).toMatchObject({ reason: { status: 503 } });
  });

  test.each([
    ['fewer records', []],
    ['a record of another length', [Buffer.alloc(3)]],
    ['something else', ['text']],
  ])('fail when the answer has %s', async (_what, answer) => {
    const { subject, turn } = reads(() => answer);
    const wanted = subject.read(A, extentAt(0));
    turn();
    await expect(wanted).rejects.toMatchObject({ status: 502 });
  });
});
