/** What headers say of the body, and whether it is so (PutObject, "Request Syntax"; "Common Request Headers"). */
import { createHash } from 'node:crypto';
import { describe } from 'vitest';
import { conformanceCases, put } from './conformance-case.ts';
import { refused, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/bodies'));
});

describe('what is said of the body', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const md5 = (text: string) => createHash('md5').update(text).digest('base64');
  const of = (headers: Record<string, string>) => put('/bodies/{key}', 'bar', headers);
  conformanceCases(ask, [
    ...rows('PutObject, Content-MD5', [
      ['is right', of({ 'content-md5': md5('bar') }), 200],
      ['of another body', of({ 'content-md5': md5('other') }), refused(400, 'BadDigest')],
      ['too short', of({ 'content-md5': 'YWJyYWNhZGFicmE=' }), refused(400, 'InvalidDigest')],
      ['empty', of({ 'content-md5': '' }), refused(400, 'InvalidDigest')],
      ['garbage', of({ 'content-md5': 'AWS4 HAHAHA' }), refused(400, 'InvalidDigest')],
    ]),
    ...rows('PutObject, x-amz-content-sha256', [
      ['is right', of({ 'x-amz-content-sha256': sha256('bar') }), 200],
      ['of another body', of({ 'x-amz-content-sha256': sha256('other') }), refused(400, 'XAmzContentSHA256Mismatch')],
      ['garbage', of({ 'x-amz-content-sha256': 'abc' }), refused(400, 'InvalidArgument')],
      [
        'missing',
        { ...of({}), signing: { thenHeaders: { 'x-amz-content-sha256': undefined } } },
        refused(400, 'InvalidRequest'),
      ],
    ]),
    ...rows('PutObject, Expect', [
      ['100-continue', of({ expect: '100-continue' }), 200],
      ['what is none', { ...of({}), signing: { thenHeaders: { expect: '200' } } }, 200],
      ['empty', { ...of({}), signing: { thenHeaders: { expect: '' } } }, 200],
    ]),
    ...rows('PutObject, Content-Type', [
      ['empty', of({ 'content-type': '' }), 200],
      ['text/plain', of({ 'content-type': 'text/plain' }), 200],
    ]),
    ...rows('Error responses, MissingContentLength', [
      ['a body in chunks', { ...of({}), isChunked: true }, refused(411, 'MissingContentLength')],
    ]),
    ...rows('Error responses, InvalidArgument', [
      [
        'x-amz-decoded-content-length is no number',
        put('/bodies/{key}', 'x', {
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'x-amz-decoded-content-length': '-1',
        }),
        refused(400, 'InvalidArgument'),
      ],
      [
        'x-amz-decoded-content-length is missing',
        put('/bodies/{key}', 'x', { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }),
        refused(411, 'MissingContentLength'),
      ],
    ]),
  ]);
});
