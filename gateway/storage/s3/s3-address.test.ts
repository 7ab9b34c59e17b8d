import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, bucketOfHost } from './s3-address.ts';
import { S3Query } from './s3-query.ts';

const NAMES = ['s3.example.org', 'files.local'];

describe('the address of a request (S3 User Guide, "Virtual hosting of buckets")', () => {
  test.each([
    ['s3.example.org', '/', '', ''],
    ['s3.example.org', '/bucket', 'bucket', ''],
    ['s3.example.org', '/bucket/', 'bucket', ''],
    ['s3.example.org', '/bucket/key', 'bucket', 'key'],
    ['s3.example.org', '/bucket//key', 'bucket', '/key'],
    ['s3.example.org', '/bucket/a//b/', 'bucket', 'a//b/'],
    ['s3.example.org', '/bucket/../x', 'bucket', '../x'],
    ['s3.example.org', '/bucket/./.', 'bucket', './.'],
    ['s3.example.org', '/bucket/a%2Fb', 'bucket', 'a/b'],
    ['s3.example.org', '/bucket/%2e%2e', 'bucket', '..'],
    ['s3.example.org', '/bucket/a+b%2B%20', 'bucket', 'a+b+ '],
    ['s3.example.org', '/bucket/%C3%BC\\%5c', 'bucket', 'ü\\\\'],
    ['s3.example.org', '/bucket/\u00c3\u00bc', 'bucket', 'ü'],
    ['s3.example.org', '/bucket/%0a%7f', 'bucket', '\n\u007f'],
    ['bucket.s3.example.org', '/', 'bucket', ''],
    ['bucket.s3.example.org', '/key', 'bucket', 'key'],
    ['bucket.s3.example.org', '//key', 'bucket', '/key'],
    ['a.b.s3.example.org', '/key', 'a.b', 'key'],
    ['bucket.files.local', '/k', 'bucket', 'k'],
    ['10.0.0.1', '/bucket/key', 'bucket', 'key'],
  ])('%s%s is bucket %j, key %j', (host, path, bucket, key) => {
    expect(addressOf(host, path, NAMES)).toEqual({ bucket, key });
  });

  test.each([
    ['/bucket/%ff', 'InvalidURI'],
    ['/bucket/%', 'InvalidURI'],
    ['/bucket/%zz', 'InvalidURI'],
    ['/bucket/%c0%ae', 'InvalidURI'],
    ['/bucket/%ed%a0%80', 'InvalidURI'],
    ['/bucket/\u00ff', 'InvalidURI'],
    ['/bucket/a%00', 'InvalidURI'],
    [`/bucket/${'k'.repeat(1025)}`, 'KeyTooLongError'],
    [`/bucket/${'%C3%BC'.repeat(513)}`, 'KeyTooLongError'],
    ['//key', 'InvalidBucketName'],
  ])('%s is refused as %s', (path, code) => {
    expect(() => addressOf('s3.example.org', path, NAMES)).toThrow(expect.objectContaining({ code }));
  });

  test('any key of at most 1024 bytes comes through, however it was encoded', () => {
    const key = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
      .filter((value) => value.isWellFormed() && !value.includes('\0') && Buffer.byteLength(value) <= 1024);
    fc.assert(
      fc.property(key, (value) => {
        const everyByte = [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
        expect(addressOf('s3.example.org', `/b/${encodeURIComponent(value)}`, NAMES).key).toBe(value);
        expect(addressOf('b.s3.example.org', `/${everyByte}`, NAMES).key).toBe(value);
      }),
    );
  });

  test('only names of the door have buckets below them', () => {
    expect(bucketOfHost('s3.example.org', NAMES)).toBe('');
    expect(bucketOfHost('b.s3.example.org', NAMES)).toBe('b');
    expect(bucketOfHost('xs3.example.org', NAMES)).toBeUndefined();
    expect(bucketOfHost('example.org', NAMES)).toBeUndefined();
  });
});

describe('the query', () => {
  test('is decoded in order; a plus is a space; a name without a value has an empty one', () => {
    const query = S3Query.parse('prefix=a+b%2Bc&acl&x=1&x=2&&=&y==%3D');
    expect(query.entries).toEqual([
      ['prefix', 'a b+c'],
      ['acl', ''],
      ['x', '1'],
      ['x', '2'],
      ['', ''],
      ['y', '=='],
    ]);
    expect(query.get('x')).toBe('1');
    expect([query.has('acl'), query.has('nothing'), query.get('nothing')]).toEqual([true, false, undefined]);
  });

  test.each(['a=%ff', '%', 'a=%zz', 'a=\u00ff'])('%j is refused', (raw) => {
    expect(() => S3Query.parse(raw)).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });

  test('names like those of every object are names', () => {
    expect(S3Query.parse('constructor').has('toString')).toBe(false);
  });
});
