/**
 * Conformance as tables: each case names the section of S3's documentation that it holds the door to, and says requests as
 * they are on the wire, each with what must come back. A step may keep something of its answer (`keep`), which later steps
 * name in braces: `{upload}`. `{key}` is another key in each case, so that cases do not see each other.
 */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Ask, RawAnswer, RawRequest } from '../../../../test/s3/raw-request.ts';

export interface Expected {
  status: number;
  /** S3's error code; none unless said. */
  code?: string;
  /** A text, a pattern, or undefined for a header that must not be there. */
  headers?: Record<string, string | RegExp | undefined>;
  /** The whole body. */
  body?: string;
  /** All of them, in the body; patterns too, for what comes in order. */
  has?: readonly (string | RegExp)[];
  hasNot?: readonly (string | RegExp)[];
}

/** By name: the header of that name, or what the pattern's first group finds in the body. */
export type Keep = Record<string, string | RegExp>;
export type Step = readonly [request: RawRequest, expected: Expected | number, keep?: Keep];

export interface Case {
  /** Of the Amazon S3 API Reference, or of the User Guide where it says so. */
  section: string;
  name: string;
  steps: readonly Step[];
}

/** Files share a bramble, where cases name buckets by their keys. */
const FILE = randomBytes(4).toString('hex');

/** A test of each, against a door that is open by the time they run. */
export function conformanceCases(ask: Ask, cases: readonly Case[]): void {
  const numbered = cases.map(({ section, name, steps }, index) => [`${section}: ${name}`, steps, index] as const);
  test.each(numbered)('%s', async (_title, steps, index) => {
    const kept: Record<string, string> = { key: `case-${FILE}-${index}` };
    for (const [request, expected, keep = {}] of steps) {
      const answer = await ask(filledRequest(request, kept));
      check(answer, typeof expected === 'number' ? { status: expected } : expected, kept);
      for (const [name, where] of Object.entries(keep)) kept[name] = takenFrom(answer, where);
    }
  });
}

function check(answer: RawAnswer, expected: Expected, kept: Record<string, string>): void {
  const { status, code = '', headers = {}, body, has = [], hasNot = [] } = expected;
  expect({ status: answer.status, code: answer.code }, answer.text).toEqual({ status, code });
  for (const [name, value] of Object.entries(headers)) {
    if (value instanceof RegExp) expect(answer.headers[name], name).toMatch(value);
    else expect(answer.headers[name], name).toBe(value === undefined ? undefined : filled(value, kept));
  }
  if (body !== undefined) expect(answer.text).toBe(filled(body, kept));
  for (const markup of has) {
    if (markup instanceof RegExp) expect(answer.text).toMatch(markup);
    else expect(answer.text).toContain(filled(markup, kept));
  }
  for (const markup of hasNot) {
    if (markup instanceof RegExp) expect(answer.text).not.toMatch(markup);
    else expect(answer.text).not.toContain(filled(markup, kept));
  }
}

function takenFrom(answer: RawAnswer, where: string | RegExp): string {
  const found = where instanceof RegExp ? where.exec(answer.text)?.[1] : answer.headers[where];
  if (typeof found !== 'string') throw new Error(`There is no ${where} in ${answer.status} ${answer.text}`);
  return found;
}

/** Content-MD5 is of the body as it is sent, after its names are filled in. */
function filledRequest(request: RawRequest, kept: Record<string, string>): RawRequest {
  const { target, headers = {}, body } = request;
  const text = typeof body === 'string' ? filled(body, kept) : body;
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value, kept)]));
  if (sent['content-md5'] === MD5_OF_BODY)
    sent['content-md5'] = createHash('md5')
      .update(text ?? '')
      .digest('base64');
  return { ...request, target: filled(target, kept), headers: sent, ...(text !== undefined && { body: text }) };
}

function filled(text: string, kept: Record<string, string>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = kept[name];
    if (value === undefined) throw new Error(`Nothing was kept as {${name}}.`);
    return value;
  });
}

/** What a `content-md5` header says to be given the right value. */
const MD5_OF_BODY = 'MD5 of the body';

type Headers = Record<string, string>;
export const get = (target: string, headers: Headers = {}): RawRequest => ({ target, headers });
export const head = (target: string, headers: Headers = {}): RawRequest => ({ method: 'HEAD', target, headers });
export const put = (target: string, body: string | Uint8Array = '', headers: Headers = {}): RawRequest => ({
  method: 'PUT',
  target,
  headers,
  body,
});
export const remove = (target: string, headers: Headers = {}): RawRequest => ({ method: 'DELETE', target, headers });
export const post = (target: string, body = '', headers: Headers = {}): RawRequest => ({
  method: 'POST',
  target,
  body,
  headers: { 'content-md5': MD5_OF_BODY, ...headers },
});
export const anonymous = (request: RawRequest): RawRequest => ({ ...request, isAnonymous: true });
