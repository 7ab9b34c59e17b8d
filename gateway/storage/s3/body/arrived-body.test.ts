import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openBody } from './index.ts';

const BYTES = Buffer.from('all of it came along with the head');
const md5 = createHash('md5').update(BYTES).digest();

function arrivedBody(pieces: Buffer[], headers: Record<string, string> = {}) {
  const stream = new Readable({ read() {} });
  for (const piece of pieces) stream.push(piece);
  const all = { 'content-length': String(BYTES.length), ...headers };
  return openBody({ stream, headers: all, authenticated: { payload: { kind: 'unsigned' } } });
}

test('a small body that is here already is given at once, with its digests', () => {
  const body = arrivedBody([BYTES], { 'content-md5': md5.toString('base64') });
  expect(body.arrived()?.equals(BYTES)).toBe(true);
  expect(body.digests().md5).toBe(md5.toString('hex'));
});

test('one that is not what was announced is refused', () => {
  const body = arrivedBody([BYTES], { 'content-md5': Buffer.alloc(16).toString('base64') });
  expect(() => body.arrived()).toThrow(expect.objectContaining({ code: 'BadDigest' }));
});

test('of one that has not come whole nothing is taken', async () => {
  const stream = Readable.from([BYTES.subarray(0, 5), BYTES.subarray(5)], { objectMode: false });
  const headers = { 'content-length': String(BYTES.length) };
  const body = openBody({ stream, headers, authenticated: { payload: { kind: 'unsigned' } } });
  expect(body.arrived()).toBeUndefined();
  const pieces: Buffer[] = [];
  for await (const piece of body.stream) pieces.push(piece as Buffer);
  expect(Buffer.concat(pieces).equals(BYTES)).toBe(true);
});
