import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError, fromProblem, InvalidInput, isProblem, toProblem, Unavailable } from './index.ts';

test('an error survives the wire with its code, status, detail, fields and when to retry', () => {
  fc.assert(
    fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), fc.nat(), (detail, fields, retryAfterSeconds) => {
      const error = new InvalidInput(detail, { code: 'bucket-name', fields, retryAfterSeconds });
      const parsed: unknown = JSON.parse(JSON.stringify(toProblem(error, 'req-1')));
      expect(isProblem(parsed)).toBe(true);
      const back = fromProblem(parsed as ReturnType<typeof toProblem>);
      expect(back).toMatchObject({ code: 'bucket-name', status: 400, message: detail, retryAfterSeconds });
      expect(back.fields).toEqual(JSON.parse(JSON.stringify(fields)));
    }),
  );
});

test('what is not of the family is a 500 that shows nothing of the inside', () => {
  const problem = toProblem(new Error('password=hunter2 at /etc/secret'), 'req-2');
  expect(problem).toMatchObject({ status: 500, type: 'urn:bramble:problem:internal', requestId: 'req-2' });
  expect(JSON.stringify(problem)).not.toContain('hunter2');
});

test('other JSON is not taken for a problem', () => {
  for (const value of [null, 1, 'x', [], {}, { type: 1, title: 'a', status: 400, detail: 'b' }]) {
    expect(isProblem(value)).toBe(false);
  }
});

test('every error says who it is', () => {
  const error = new Unavailable('two of three chunkservers are away');
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ name: 'Unavailable', status: 503, retryAfterSeconds: 2 });
});
