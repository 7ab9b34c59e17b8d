import { describe, expect, test } from 'vitest';
import { isRangeFresh, judgeRead, matches } from './preconditions.ts';

const object = { etag: 'abc', modifiedAtMs: Date.parse('2026-03-01T12:00:00.700Z') };
const SAME = 'Sun, 01 Mar 2026 12:00:00 GMT';
const BEFORE = 'Sun, 01 Mar 2026 11:59:59 GMT';

describe('conditional reads, in the order of RFC 9110 §13.2.2', () => {
  test.each([
    ['nothing is asked', {}, 'proceed'],
    ['If-Match names it', { 'if-match': '"x", "abc"' }, 'proceed'],
    ['If-Match names another', { 'if-match': '"x"' }, 'precondition-failed'],
    ['If-Match is weak', { 'if-match': 'W/"abc"' }, 'precondition-failed'],
    ['If-None-Match names it, weakly', { 'if-none-match': 'W/"abc"' }, 'not-modified'],
    ['If-None-Match is *', { 'if-none-match': '*' }, 'not-modified'],
    ['If-None-Match outranks If-Modified-Since', { 'if-none-match': '"x"', 'if-modified-since': SAME }, 'proceed'],
    ['it was not modified since', { 'if-modified-since': SAME }, 'not-modified'],
    ['it was modified since', { 'if-modified-since': BEFORE }, 'proceed'],
    ['a date is no date', { 'if-modified-since': 'yesterday' }, 'proceed'],
    ['it was modified and should not have been', { 'if-unmodified-since': BEFORE }, 'precondition-failed'],
    ['If-Match outranks If-Unmodified-Since', { 'if-match': '"abc"', 'if-unmodified-since': BEFORE }, 'proceed'],
  ])('%s', (_case, headers, verdict) => {
    expect(judgeRead(headers, object)).toBe(verdict);
  });

  test('a range is served only of the object that If-Range names', () => {
    expect(isRangeFresh(undefined, object)).toBe(true);
    expect(isRangeFresh('"abc"', object)).toBe(true);
    expect(isRangeFresh('W/"abc"', object)).toBe(false);
    expect(isRangeFresh('"x"', object)).toBe(false);
    expect(isRangeFresh(SAME, object)).toBe(true);
    expect(isRangeFresh(BEFORE, object)).toBe(false);
  });

  test('an ETag without quotes matches nothing', () => {
    expect(matches('abc', 'abc', 'weak')).toBe(false);
  });
});
