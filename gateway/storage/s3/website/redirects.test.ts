import { describe, expect, test } from 'vitest';
import { redirectAll, redirectByRule } from './redirects.ts';

const visited = { protocol: 'https', host: 'site.example:8443' } as const;

describe('routing rules (S3 API Reference, RoutingRule)', () => {
  test.each([
    [
      { keyPrefix: 'old/' },
      { replaceKeyPrefix: 'new/' },
      'old/a b',
      undefined,
      301,
      'https://site.example:8443/new/a%20b',
    ],
    [
      { keyPrefix: 'old/' },
      { replaceKey: 'gone.html', code: 302 },
      'old/x',
      undefined,
      302,
      'https://site.example:8443/gone.html',
    ],
    [
      { keyPrefix: 'a' },
      { host: 'other.example', protocol: 'http' as const },
      'a/ü?',
      undefined,
      301,
      'http://other.example/a/%C3%BC%3F',
    ],
    [{ errorCode: 404 }, { replaceKeyPrefix: 'report/' }, 'x', 404, 301, 'https://site.example:8443/report/x'],
    [{ keyPrefix: 'x/', errorCode: 404 }, { replaceKeyPrefix: 'y/' }, 'x/1', 404, 301, 'https://site.example:8443/y/1'],
    [{}, { host: 'all.example' }, '', undefined, 301, 'https://all.example/'],
  ])('%j to %j: %j with error %s goes by %s to %s', (condition, redirect, key, error, status, location) => {
    expect(redirectByRule([{ condition, redirect }], visited, key, error)).toEqual({ status, location });
  });

  test('a rule for an error waits for it, one without an error is obeyed before', () => {
    const rules = [{ condition: { errorCode: 404 }, redirect: { replaceKey: 'x' } }];
    expect(redirectByRule(rules, visited, 'a')).toBeUndefined();
    expect(redirectByRule(rules, visited, 'a', 403)).toBeUndefined();
    expect(redirectByRule([{ condition: { keyPrefix: 'b' }, redirect: {} }], visited, 'a')).toBeUndefined();
  });

  test('all of a site goes elsewhere with path and query as they were', () => {
    expect(redirectAll({ host: 'b.example' }, visited, '/a%2Fb?x=1')).toEqual({
      status: 301,
      location: 'https://b.example/a%2Fb?x=1',
    });
    expect(redirectAll({ host: 'b.example', protocol: 'http' }, visited, '/').location).toBe('http://b.example/');
  });
});
