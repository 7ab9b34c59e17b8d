import { expect, test } from 'vitest';
import { quotedTags, sourceConditions } from './conditions.ts';
import { contentEncodingOf } from './described-object.ts';

test.each([
  [undefined, undefined],
  ['*', '*'],
  ['abc', '"abc"'],
  ['"abc"', '"abc"'],
  ['W/"abc"', 'W/"abc"'],
  ['abc, def', '"abc", "def"'],
])('ETags may come without quotes: %s', (given, expected) => {
  expect(quotedTags(given)).toBe(expected);
});

test('a condition on a copy that is no date is refused', () => {
  const name = 'x-amz-copy-source-if-modified-since';
  expect(() => sourceConditions({ [name]: 'soon' })).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  expect(sourceConditions({ [name]: 'Thu, 01 Jan 1970 00:00:01 GMT' })).toEqual({ modifiedSinceMs: 1000 });
});

test.each([
  [undefined, undefined],
  ['gzip', 'gzip'],
  ['aws-chunked', undefined],
  ['gzip,aws-chunked', 'gzip'],
  ['aws-chunked, gzip, br', 'gzip, br'],
  ['AWS-chunked,gzip', 'gzip'],
])('the coding %s of a body leaves %s of the object', (given, expected) => {
  expect(contentEncodingOf(given)).toBe(expected);
});
