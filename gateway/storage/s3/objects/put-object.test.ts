import { expect, test } from 'vitest';
import type { Credential } from '../../../../common/filesystem/index.ts';
import { admit } from './put-object.ts';

const SIGNED: Credential = { kind: 'access-key', id: 'BRKTEST0000000000000' };

test.each<[name: string, credential: Credential, size: number, headers: Record<string, string>, isAsked: boolean]>([
  ['a small body of a known sender is stored without', SIGNED, 1000, {}, false],
  ['one that waits to be invited is not', SIGNED, 1000, { expect: '100-continue' }, true],
  ['nor is a large one', SIGNED, 2 ** 21, {}, true],
  ['nor is any of the anonymous', { kind: 'anonymous' }, 1000, {}, true],
])('who may write is asked before a body is taken: %s', async (_name, credential, size, headers, isAsked) => {
  const asked: unknown[][] = [];
  const master = { authorize: async (...question: unknown[]) => void asked.push(question) };
  const asker = { requestId: 'r', credential };
  await admit({ master }, { asker, bucket: 'b', key: 'k', headers }, size, { a: '1' });
  const name = { namespace: '', bucket: 'b', key: 'k' };
  expect(asked).toEqual(isAsked ? [[asker, 'write', name, size, { a: '1' }]] : []);
});
