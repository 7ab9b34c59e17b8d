import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { S3Error } from '../errors/index.ts';
import { checkPostPolicy, parsePostPolicy } from './post-policy.ts';

const encode = (document: unknown) => Buffer.from(JSON.stringify(document)).toString('base64');
const expiration = '2030-01-01T00:00:00.000Z';
const before = Date.parse(expiration) - 1;

function check(conditions: unknown[], fields: Record<string, string>, nowMs = before) {
  return checkPostPolicy(parsePostPolicy(encode({ expiration, conditions })), new Map(Object.entries(fields)), nowMs);
}

describe('a form policy', () => {
  test('takes names and operators in any case, values only in their own', () => {
    expect(
      check([{ KeY: 'Foo' }, ['StArTs-WiTh', '$CoNtEnT-TyPe', 'text/']], { key: 'Foo', 'content-type': 'text/html' }),
    ).toBe(undefined);
    expect(() => check([{ key: 'Foo' }], { key: 'foo' })).toThrow('Policy Condition failed');
  });

  test('of several lengths allows what all of them do', () => {
    const lengths = [
      ['content-length-range', 1, 10],
      ['content-length-range', '5', '20'],
    ];
    expect(check(lengths, {})).toEqual({ min: 5, max: 10 });
  });

  test('holds each of several content types to the beginning that it names', () => {
    const condition = [['starts-with', '$Content-Type', 'image/']];
    expect(check(condition, { 'content-type': 'image/png, image/gif' })).toBe(undefined);
    expect(() => check(condition, { 'content-type': 'image/png, text/html' })).toThrow('Policy Condition failed');
  });

  test('is over from its expiration on', () => {
    expect(() => check([], {}, before + 1)).toThrow('Policy expired');
  });

  test('names every field that it lets pass, but for those of the signature and the ignored', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string(), (field, value) => {
        const isFree = ['file', 'policy', 'signature'].includes(field);
        const allows = () => check([], { [field]: value, 'x-ignore-this': value, 'x-amz-signature': value });
        if (isFree) allows();
        else expect(allows).toThrow('Extra input fields');
        check([['starts-with', `$${field}`, '']], { [field]: value });
      }),
    );
  });

  test('names the bucket that it is for: it is good for no other one', () => {
    expect(() => check([{ key: 'k' }], { key: 'k', bucket: 'mine' })).toThrow('Extra input fields: bucket');
    expect(check([{ key: 'k' }, { bucket: 'mine' }], { key: 'k', bucket: 'mine' })).toBe(undefined);
  });

  test('that is anything else is refused as no policy, and nothing worse', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.base64String()), (text) => {
        try {
          parsePostPolicy(Buffer.from(text).toString('base64'));
        } catch (error) {
          expect(error).toBeInstanceOf(S3Error);
          expect((error as S3Error).code).toBe('InvalidPolicyDocument');
        }
      }),
    );
  });
});
