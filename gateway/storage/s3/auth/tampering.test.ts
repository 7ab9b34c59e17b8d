/** Whatever of a signed request is changed on its way, it is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { S3Error } from '../errors/index.ts';
import type { RequestToAuthenticate } from './authenticator.ts';
import { ACCESS_KEY, requestOf, signRequest, testAuthenticator, type Unsigned } from './test-signer.ts';

const authenticator = testAuthenticator();
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
interface Request extends Unsigned {
  isPresigned: boolean;
}
const requests: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
  path: text.map((key) => `/${key.replaceAll('\0', '')}`),
  query: fc.array(
    fc.tuple(
      text.map((name) => `q${name}`),
      text,
    ),
    { maxLength: 3 },
  ),
  headers: fc.record({
    'x-amz-content-sha256': fc.constantFrom('UNSIGNED-PAYLOAD', 'a'.repeat(64)),
    'x-amz-meta-a': fc.string({ minLength: 1, maxLength: 20 }).map((value) => `v ${value}`),
    Range: fc.constant('bytes=0-9'),
  }),
  isPresigned: fc.boolean(),
});
function signed({ isPresigned, ...unsigned }: Request): RequestToAuthenticate {
  return signRequest(unsigned, isPresigned ? { expires: '900' } : {});
}

async function refusalOf(request: () => RequestToAuthenticate): Promise<S3Error | undefined> {
  try {
    await authenticator.authenticate(request());
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(S3Error);
    return error as S3Error;
  }
}

/** Another character in the place of one, among those that may be there. */
function mutate(value: string, at: number, by: number, alphabet: string): string {
  const index = at % value.length;
  const old = value[index] ?? '';
  const others = [...alphabet].filter((character) => character.toLowerCase() !== old.toLowerCase());
  return value.slice(0, index) + (others[by % others.length] ?? '') + value.slice(index + 1);
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-';

test('what is signed as it should be is accepted', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      const { credential, isPresigned } = await authenticator.authenticate(signed(request));
      expect(credential).toEqual({ kind: 'access-key', id: ACCESS_KEY });
      expect(isPresigned).toBe(request.isPresigned);
    }),
  );
});

describe('refused is another', () => {
  test('method', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const method = request.method === 'PUT' ? 'DELETE' : 'PUT';
        expect(await refusalOf(() => ({ ...signed(request), method }))).toMatchObject({
          code: 'SignatureDoesNotMatch',
        });
      }),
    );
  });

  test('path, in any character', async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.nat(), fc.nat(), async (request, at, by) => {
        const whole = signed(request);
        const rawPath = `/${mutate(`${whole.rawPath.slice(1)}a`, at, by, LETTERS)}`;
        expect(await refusalOf(() => ({ ...whole, rawPath }))).toMatchObject({ code: 'SignatureDoesNotMatch' });
      }),
    );
  });

  test('path, where one thing stands for another', async () => {
    const whole = signRequest({ method: 'GET', path: '/a/./b//c+d', query: [], headers: sha(EMPTY_HASH) });
    for (const rawPath of ['/a/b//c%2Bd', '/a/./b/c%2Bd', '/a%2F./b//c%2Bd', '/a/./b//c%20d', '/a/./b//c%252Bd']) {
      expect(await refusalOf(() => ({ ...whole, rawPath }))).toMatchObject({ code: 'SignatureDoesNotMatch' });
    }
  });

  test('query, in any character, by one parameter more, or by one less', async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.nat(), fc.nat(), async (request, at, by) => {
        const { method, rawPath, rawQuery, rawHeaders } = signed(request);
        const changed = [rawQuery === '' ? 'acl' : `${rawQuery}&acl`, `${rawQuery}&`.slice(rawQuery.indexOf('&') + 1)];
        if (rawQuery !== '') changed.push(mutate(rawQuery, at, by, LETTERS));
        for (const query of changed.filter((query) => withoutEnd(query) !== withoutEnd(rawQuery))) {
          expect(await refusalOf(() => requestOf(method, rawPath, query, rawHeaders))).toBeDefined();
        }
      }),
    );
  });

  test('value of any signed header, or no such header', async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.nat(), fc.nat(), fc.nat(), async (request, which, at, by) => {
        const whole = signed(request);
        const names = whole.rawHeaders.filter((_value, index) => index % 2 === 0);
        const index = 2 * (which % names.length);
        const value = whole.rawHeaders[index + 1] ?? '';
        const rawHeaders = whole.rawHeaders.with(index + 1, mutate(value, at, by, LETTERS));
        const refusal = await refusalOf(() => ({ ...whole, rawHeaders }));
        expect(refusal, `${names[index / 2]}: ${rawHeaders[index + 1]}`).toBeDefined();
        if (names[index / 2] === 'authorization') return;
        const without = whole.rawHeaders.toSpliced(index, 2);
        expect(await refusalOf(() => ({ ...whole, rawHeaders: without }))).toBeDefined();
      }),
    );
  });

  test('header of S3 that came along unsigned, or twice', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const whole = signed(request);
        const added = [...whole.rawHeaders, 'X-Amz-Copy-Source', '/others/secret'];
        expect(await refusalOf(() => ({ ...whole, rawHeaders: added }))).toMatchObject({
          code: 'AccessDenied',
          elements: { HeadersNotSigned: 'x-amz-copy-source' },
        });
        const twice = [...whole.rawHeaders, 'x-amz-meta-a', 'more'];
        expect(await refusalOf(() => ({ ...whole, rawHeaders: twice }))).toMatchObject({
          code: 'SignatureDoesNotMatch',
        });
      }),
    );
  });
});

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function sha(hash: string): Record<string, string> {
  return { 'x-amz-content-sha256': hash };
}

function withoutEnd(query: string): string {
  return query.replace(/&$/, '');
}
