/** What pages of other origins are answered (User Guide, "Using cross-origin resource sharing"). */
import { describe } from 'vitest';
import type { RawRequest } from '../../../../test/s3/raw-request.ts';
import { anonymous, type Case, conformanceCases, get, put, remove, type Step } from './conformance-case.ts';
import { DENIED, twoUsers } from './two-users.ts';

const ask = twoUsers();
const B = 'shared-{key}';

describe('pages of other origins', () => {
  conformanceCases(ask, corsCases());
});

function corsCases(): Case[] {
  const corsOf = (...rules: string[]) =>
    `<CORSConfiguration>${rules.map((inside) => `<CORSRule>${inside}</CORSRule>`).join('')}</CORSConfiguration>`;
  const allow = (method: string, origin: string, more = '') =>
    `<AllowedMethod>${method}</AllowedMethod><AllowedOrigin>${origin}</AllowedOrigin>${more}`;
  const document = corsOf(
    allow('GET', '*suffix'),
    allow('GET', 'start*end'),
    allow('GET', 'prefix*'),
    allow('PUT', '*.put'),
  );
  const withRules = (name: string, rules: string, ...steps: Step[]): Case => ({
    section: 'User Guide, Using cross-origin resource sharing (CORS)',
    name,
    steps: [[put(`/${B}`, '', { 'x-amz-acl': 'public-read' }), 200], [put(`/${B}?cors`, rules), 200], ...steps],
  });
  const answered = (request: RawRequest, status: number, origin?: string, methods?: string): Step => [
    anonymous(request),
    {
      status,
      ...(status >= 400 && { code: { 400: 'BadRequest', 403: 'AccessForbidden', 404: 'NoSuchKey' }[status] ?? '' }),
      headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': methods },
    },
  ];
  const from = (origin: string, more = {}) => get(`/${B}`, { origin, ...more });
  const preflight = (headers: Record<string, string>, path = ''): RawRequest => ({
    method: 'OPTIONS',
    target: `/${B}${path}`,
    headers,
  });
  const asking = (origin: string, method: string, more = {}) => ({
    origin,
    'access-control-request-method': method,
    ...more,
  });
  return [
    withRules(
      'answers say to whom they may be shown',
      document,
      answered(get(`/${B}`), 200),
      ...['foo.suffix', 'start1end', 'startend', 'prefix', 'prefix.suffix'].map((origin) =>
        answered(from(origin), 200, origin, 'GET'),
      ),
      ...['foo.bar', 'foo.suffix.get', 'start1end1', 'bla.prefix'].map((origin) => answered(from(origin), 200)),
    ),
    withRules(
      'refusals, too',
      document,
      answered(get(`/${B}/nothing`, { origin: 'foo.suffix' }), 404, 'foo.suffix', 'GET'),
      [
        anonymous(put(`/${B}/k`, 'x', { origin: 'a.put' })),
        { ...DENIED, headers: { 'access-control-allow-origin': 'a.put' } },
      ],
    ),
    withRules(
      'a preflight is answered by rules',
      document,
      answered(preflight(asking('foo.suffix', 'GET')), 200, 'foo.suffix', 'GET'),
      answered(preflight(asking('foo.put', 'PUT'), '/k'), 200, 'foo.put', 'PUT'),
      answered(preflight(asking('foo.put', 'GET')), 403),
      answered(preflight(asking('foo.bar', 'GET')), 403),
    ),
    withRules(
      'a preflight without origin or method',
      document,
      answered(preflight({}), 400),
      answered(preflight({ origin: 'foo.suffix' }), 400),
    ),
    withRules(
      'an origin for all',
      corsOf(allow('GET', '*')),
      answered(from('any.example'), 200, '*', 'GET'),
      answered(get(`/${B}`), 200),
    ),
    withRules(
      'headers that are asked for',
      corsOf(
        allow(
          'GET',
          '*',
          '<AllowedHeader>x-amz-meta-a*</AllowedHeader><ExposeHeader>x-amz-meta-b</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds>',
        ),
      ),
      [
        anonymous(preflight(asking('a.example', 'GET', { 'access-control-request-headers': 'x-amz-meta-A1' }))),
        {
          status: 200,
          headers: {
            'access-control-allow-headers': 'x-amz-meta-a1',
            'access-control-expose-headers': 'x-amz-meta-b',
            'access-control-max-age': '60',
            vary: /Origin/,
          },
        },
      ],
      answered(preflight(asking('a.example', 'GET', { 'access-control-request-headers': 'x-amz-meta-c' })), 403),
    ),
    withRules(
      'no rules any more',
      document,
      [remove(`/${B}?cors`), 204],
      answered(preflight(asking('foo.suffix', 'GET')), 403),
      answered(from('foo.suffix'), 200),
    ),
  ];
}
