import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../common/errors/index.ts';
import { encodePathSegment, parseRequestTarget } from './request-target.ts';

const parse = (raw: string) => parseRequestTarget(raw, 8192);

describe('a request target', () => {
  test.each([
    ['/a/../b'],
    ['/..'],
    ['/.'],
    ['/a/.'],
    ['/%2e%2e/etc/passwd'],
    ['/.%2E/x'],
    ['/a%2Fb'],
    ['/a%2fb'],
    ['/a%5cb'],
    ['/a\\b'],
    ['/a%00'],
    ['/a%1f'],
    ['/a%7f'],
    ['/a%C2%85'],
    ['/a%'],
    ['/a%2'],
    ['/a%zz'],
    ['/%ff'],
    ['/%c0%ae%c0%ae/'],
    ['/%ed%a0%80'],
    ['/a b'],
    ['/\u00e9'],
    ['/a#b'],
    ['a/b'],
    [''],
    ['*'],
    ['example.org:443'],
    ['ftp://host/'],
  ])('%j is refused', (raw) => {
    expect(() => parse(raw)).toThrow(expect.objectContaining({ status: 400, code: 'invalid-path' }));
  });

  test.each([
    ['/', '/', '/'],
    ['/a%41', '/aA', '/aA'],
    ['/a//b/', '/a//b/', '/a//b/'],
    ['/...', '/...', '/...'],
    ['/%252e%252e', '/%2e%2e', '/%252e%252e'],
    ['/caf%C3%A9', '/café', '/caf%C3%A9'],
    ['/a|b', '/a|b', '/a%7Cb'],
    ['/k%20k?x=%00&y=/../', '/k k', '/k%20k?x=%00&y=/../'],
    ['/a+b@c:$&,;=', '/a+b@c:$&,;=', '/a+b@c:$&,;='],
  ])('%j is taken as %j', (raw, path, target) => {
    expect(parse(raw)).toMatchObject({ path, target });
  });

  test('an absolute URL gives its authority and path', () => {
    expect(parse('https://a.example:8443/x?y')).toMatchObject({
      authority: 'a.example:8443',
      path: '/x',
      target: '/x?y',
    });
    expect(parse('http://a.example?y')).toMatchObject({ authority: 'a.example', target: '/?y' });
  });

  test('a target past the limit is a 414', () => {
    expect(() => parse(`/${'a'.repeat(8192)}`)).toThrow(expect.objectContaining({ status: 414 }));
  });

  test('whatever is sent is refused by a 4xx or is safe and stays the same when parsed again', () => {
    const nasty = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      '\\',
      '%00',
      '%',
      '?',
      'a',
      '%C3%A9',
      '%c0',
      ' ',
    );
    const raw = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(fc.oneof(nasty, fc.string({ maxLength: 3 })), { maxLength: 20 }).map((parts) => `/${parts.join('')}`),
    );
    fc.assert(
      fc.property(raw, (text) => {
        let parsed: ReturnType<typeof parse>;
        try {
          parsed = parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).status).toBeGreaterThanOrEqual(400);
          expect((error as AppError).status).toBeLessThan(500);
          return;
        }
        expect(parsed.path.split('/')).not.toContain('..');
        expect(parsed.path.split('/')).not.toContain('.');
        expect(parsed.path).not.toMatch(/[\p{Cc}\\]/u);
        expect(new URL(`https://host${parsed.target}`).pathname).toBe(parsed.target.split('?')[0]);
        expect(parse(parsed.target)).toMatchObject({ path: parsed.path, target: parsed.target });
      }),
      { numRuns: 3000 },
    );
  });

  test('any list of names without forbidden characters survives encoding and parsing', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => text.isWellFormed() && !/[\p{Cc}/\\]/u.test(text) && text !== '.' && text !== '..');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
        expect(parse(`/${names.map(encodePathSegment).join('/')}`).path).toBe(`/${names.join('/')}`);
      }),
    );
  });
});
