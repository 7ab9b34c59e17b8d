import { describe, expect, test } from 'vitest';
import { type StorageLimit, storageLimitAllows } from './storage-limit.ts';

describe('the limit of an access key', () => {
  const photos: StorageLimit = { bucket: 'photos', prefix: '2026/', verbs: ['read', 'list'] };
  const all: StorageLimit = { verbs: ['read', 'write', 'delete', 'list'] };

  test('leaves everything when there is none', () => {
    expect(storageLimitAllows(undefined, { verb: 'delete', bucket: 'any', key: 'a' })).toBe(true);
    expect(storageLimitAllows(undefined, { verb: 'configure', bucket: 'any' })).toBe(true);
  });

  test.each([
    ['reads below the prefix', { verb: 'read', bucket: 'photos', key: '2026/a.jpg' }, true],
    ['reads beside the prefix', { verb: 'read', bucket: 'photos', key: '2025/a.jpg' }, false],
    ['reads what only resolves to the prefix', { verb: 'read', bucket: 'photos', key: 'x/../2026/a.jpg' }, false],
    ['reads in another bucket', { verb: 'read', bucket: 'photos2', key: '2026/a.jpg' }, false],
    ['writes', { verb: 'write', bucket: 'photos', key: '2026/a.jpg' }, false],
    ['deletes', { verb: 'delete', bucket: 'photos', key: '2026/a.jpg' }, false],
    ['lists within the prefix', { verb: 'list', bucket: 'photos', key: '2026/07/' }, true],
    ['lists more than the prefix', { verb: 'list', bucket: 'photos', key: '20' }, false],
    ['lists everything', { verb: 'list', bucket: 'photos', key: '' }, false],
    ['inspects its bucket', { verb: 'inspect', bucket: 'photos' }, true],
    ['inspects another bucket', { verb: 'inspect', bucket: 'other' }, false],
    ['configures its bucket', { verb: 'configure', bucket: 'photos' }, false],
  ] as const)('%s: %o → %s', (_name, use, isAllowed) => {
    expect(storageLimitAllows(photos, use)).toBe(isAllowed);
  });

  test('lets a bucket be set up only by keys that may do everything in it', () => {
    expect(storageLimitAllows(all, { verb: 'configure', bucket: 'any' })).toBe(true);
    expect(storageLimitAllows({ ...all, bucket: 'one' }, { verb: 'configure', bucket: 'one' })).toBe(true);
    expect(storageLimitAllows({ ...all, bucket: 'one' }, { verb: 'configure', bucket: 'two' })).toBe(false);
    expect(storageLimitAllows({ ...all, prefix: 'a/' }, { verb: 'configure', bucket: 'any' })).toBe(false);
    expect(storageLimitAllows({ verbs: ['read', 'write', 'list'] }, { verb: 'configure', bucket: 'any' })).toBe(false);
  });
});
