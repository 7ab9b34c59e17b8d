import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../command/exit-code.ts';
import {
  baseName,
  formatRemotePath,
  objectUrlPath,
  parseBucketPath,
  parseObjectPath,
  parseRemotePath,
} from './remote-path.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const path = fc.record({
  namespace: fc.option(name, { nil: undefined }),
  bucket: name,
  key: fc.string({ unit: 'grapheme', maxLength: 40 }),
});

describe('a remote path', () => {
  test('reads back as it was written, whatever the key holds', () => {
    fc.assert(
      fc.property(path, (given) => {
        expect(parseRemotePath(formatRemotePath(given))).toEqual(given);
      }),
    );
  });

  test('keeps colons and slashes in keys', () => {
    expect(parseRemotePath('b/a:b//c')).toEqual({ namespace: undefined, bucket: 'b', key: 'a:b//c' });
    expect(parseRemotePath('club:b/x')).toEqual({ namespace: 'club', bucket: 'b', key: 'x' });
  });

  test.each(['', '/', '/key', ':bucket', 'UPPER/x', 'club:', '-b'])('%j is refused', (text) => {
    expect(() => parseRemotePath(text)).toThrow(UsageError);
  });

  test('of an object names no folder, and of a bucket no key', () => {
    expect(() => parseObjectPath('bucket')).toThrow(UsageError);
    expect(() => parseObjectPath('bucket/a/')).toThrow(UsageError);
    expect(() => parseBucketPath('bucket/a')).toThrow(UsageError);
  });

  test('becomes a URL path whose segments decode to the key’s', () => {
    fc.assert(
      fc.property(name, name, fc.string({ unit: 'grapheme' }), (namespace, bucket, key) => {
        const segments = objectUrlPath({ namespace, bucket, key }).split('/').map(decodeURIComponent);
        expect(segments.slice(4).join('/')).toBe(`${namespace}/${bucket}/${key}`);
      }),
    );
  });

  test('has the last segment as its base name', () => {
    expect(['a/b', 'a/b/', 'b', 'b//'].map(baseName)).toEqual(['b', 'b', 'b', 'b']);
  });
});
