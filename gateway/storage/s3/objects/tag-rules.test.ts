import { describe, expect, test } from 'vitest';
import { checkedTags, tagsOfHeader } from './tag-rules.ts';

const refusal = (code: string) => expect.objectContaining({ code });

describe('x-amz-tagging', () => {
  test.each([
    ['', {}],
    ['a=1', { a: '1' }],
    ['foo=bar&bar', { foo: 'bar', bar: '' }],
    ['a=1&', { a: '1' }],
    ['a+b=c%20d%2Be', { 'a b': 'c d+e' }],
    ['%C3%BC=%F0%9D%92%B3', { ü: '𝒳' }],
    ['a=b=c', { a: 'b=c' }],
  ])('%s', (header, expected) => {
    expect(tagsOfHeader(header)).toEqual(expected);
  });

  test.each(['a=%zz', 'a=%ff'])('%s is not encoded', (header) => {
    expect(() => tagsOfHeader(header)).toThrow(refusal('InvalidArgument'));
  });
});

describe('tags', () => {
  test.each([
    ['eleven', Array.from({ length: 11 }, (_, at) => [`k${at}`, 'v'] as const)],
    ['an empty key', [['', 'v'] as const]],
    ['a key of 129 characters', [['k'.repeat(129), 'v'] as const]],
    ['a value of 257 characters', [['k', 'v'.repeat(257)] as const]],
    ['a key of the system', [['aws:k', 'v'] as const]],
    ['a key twice', [['k', '1'] as const, ['k', '2'] as const]],
    ['characters that tags do not have', [['k<', 'v'] as const]],
  ])('%s are refused', (_what, pairs) => {
    expect(() => checkedTags(pairs)).toThrow(refusal('InvalidTag'));
  });

  test('ten of the longest are taken', () => {
    const pairs = Array.from({ length: 10 }, (_, at) => [`${at}`.repeat(128), 'v'.repeat(256)] as const);
    expect(Object.keys(checkedTags(pairs))).toHaveLength(10);
  });

  test('a key that objects have by themselves is one like any other', () => {
    expect(Object.entries(checkedTags([['__proto__', 'v'] as const, ['constructor', 'w'] as const]).valueOf())).toEqual(
      [
        ['__proto__', 'v'],
        ['constructor', 'w'],
      ],
    );
  });
});
