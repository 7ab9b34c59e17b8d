import { describe, expect, test } from 'vitest';
import { corsAnswer, findCorsRule } from './cors-rule.ts';

function rule(origins: string[], more: Partial<Parameters<typeof corsAnswer>[0]> = {}) {
  return { allowedOrigins: origins, allowedMethods: ['GET' as const], allowedHeaders: [], exposeHeaders: [], ...more };
}

describe('a rule fits (S3 User Guide, "Elements of a CORS configuration")', () => {
  test.each([
    ['https://a.example', 'https://a.example', true],
    ['https://a.example', 'https://b.example', false],
    ['*', 'https://any.example', true],
    ['https://*.example', 'https://a.b.example', true],
    ['https://*.example', 'http://a.example', false],
    ['*suffix', 'foo.suffix', true],
    ['start*end', 'startend', true],
    ['start*end', 'start1end', true],
    ['start*end', '0start12end', false],
    ['aba*aba', 'aba', false],
    ['prefix*', 'prefix.suffix', true],
  ])('origin %s and %s: %s', (pattern, origin, fits) => {
    expect(findCorsRule([rule([pattern])], { origin, method: 'GET', headers: [] }) !== undefined).toBe(fits);
  });

  test('only when the method and every header fit, and the first that does is taken', () => {
    const rules = [
      rule(['*'], { allowedHeaders: ['X-One', 'x-two-*'] }),
      rule(['*'], { allowedMethods: ['PUT'], allowedHeaders: ['*'] }),
    ];
    expect(findCorsRule(rules, { origin: 'o', method: 'GET', headers: ['x-one', 'x-two-b'] })).toBe(rules[0]);
    expect(findCorsRule(rules, { origin: 'o', method: 'PUT', headers: ['x-three'] })).toBe(rules[1]);
    expect(findCorsRule(rules, { origin: 'o', method: 'GET', headers: ['x-three'] })).toBeUndefined();
    expect(findCorsRule(rules, { origin: 'o', method: 'DELETE', headers: [] })).toBeUndefined();
  });
});

describe('the answer', () => {
  const request = { origin: 'https://a.example', method: 'GET', headers: ['x-one'] };

  test('names the origin, with credentials, when the rule does', () => {
    const answer = corsAnswer(rule(['https://*'], { exposeHeaders: ['ETag'], maxAgeSeconds: 30 }), request, true);
    expect(Object.fromEntries(answer)).toEqual({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'x-one',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '30',
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    });
  });

  test('is for everyone, without credentials, when the rule is', () => {
    const answer = Object.fromEntries(corsAnswer(rule(['*']), request, false));
    expect(answer).toMatchObject({ 'access-control-allow-origin': '*' });
    expect(answer).not.toHaveProperty('access-control-allow-credentials');
    expect(answer).not.toHaveProperty('access-control-allow-headers');
  });
});
