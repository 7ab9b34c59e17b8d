import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePathPattern } from './path-pattern.ts';
import { RadixTree } from './radix-tree.ts';
import type { Route } from './route.ts';
import { Router } from './router.ts';

const route = (method: string, path: string, host?: string): Route => ({
  method,
  path,
  handle: async () => {},
  ...(host && { host }),
});

describe('the radix tree', () => {
  test('the most specific route whose method fits is taken, in whatever order routes were added', () => {
    const router = new Router([
      route('*', '/api/{rest...}'),
      route('PUT', '/api/storage/objects/{ns}/{bucket}/{key...}'),
      route('GET', '/api/storage/progress/{id}'),
      route('POST', '/api/storage/uploads'),
      route('GET', '/s/{token}'),
    ]);
    expect(router.find('h', 'PUT', '/api/storage/objects/n/b/k/l//m')).toMatchObject({
      route: { method: 'PUT' },
      params: { ns: 'n', bucket: 'b', key: 'k/l//m' },
    });
    expect(router.find('h', 'DELETE', '/api/storage/objects/n/b/k').params).toEqual({ rest: 'storage/objects/n/b/k' });
    expect(router.find('h', 'PUT', '/api/storage/objects/n/b/').params).toEqual({ rest: 'storage/objects/n/b/' });
    expect(router.find('h', 'GET', '/api/storage/uploads').route.method).toBe('*');
    expect(() => router.find('h', 'POST', '/s/x')).toThrow(expect.objectContaining({ status: 405 }));
    expect(() => router.find('h', 'GET', '/s/')).toThrow(expect.objectContaining({ status: 404 }));
    expect(() => router.find('h', 'GET', '/s/x/y')).toThrow(expect.objectContaining({ status: 404 }));
  });

  test.each([['a'], ['/{a}b'], ['/{a...}/b'], ['/{a}/{a}'], ['/x{a}']])('the pattern %j is refused', (pattern) => {
    expect(() => parsePathPattern(pattern)).toThrow(/The route/);
  });

  test('the same method and path twice is refused', () => {
    expect(() => new Router([route('GET', '/a/{x}'), route('GET', '/a/{x}')])).toThrow('two routes');
  });

  test('it finds what a walk over all routes finds', () => {
    const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', '');
    const patternSegment = fc.oneof({ arbitrary: word, weight: 3 }, { arbitrary: fc.constant('{}'), weight: 1 });
    const pattern = fc
      .tuple(fc.array(patternSegment, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([segments, rest]) => `/${nameCaptures(rest ? [...segments, '{...}'] : segments).join('/')}`);
    const method = fc.constantFrom('GET', 'PUT', '*');
    const routes = fc.uniqueArray(fc.tuple(method, pattern), { maxLength: 12, selector: (pair) => pair.join(' ') });
    const path = fc.array(word, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join('/')}`);
    fc.assert(
      fc.property(routes, fc.constantFrom('GET', 'PUT', 'POST'), path, (table, asked, path) => {
        const tree = new RadixTree<string>();
        for (const [method, pattern] of table) tree.add(method, pattern, `${method} ${pattern}`);
        const found = tree.find(asked, path);
        expect('value' in found ? found : undefined).toEqual(findByWalk(table, asked, path));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hosts', () => {
  const router = new Router([
    route('GET', '/any'),
    route('GET', '/bucket', '*.s3.example.org'),
    route('GET', '/s3', 's3.example.org'),
    route('GET', '/wide', '*.example.org'),
  ]);
  test.each([
    ['s3.example.org', '/s3'],
    ['photos.s3.example.org', '/bucket'],
    ['a.b.s3.example.org', '/bucket'],
    ['www.example.org', '/wide'],
    ['example.org', '/any'],
    ['127.0.0.1', '/any'],
  ])('%s has the table with %s and no other', (host, path) => {
    for (const candidate of ['/any', '/bucket', '/s3', '/wide']) {
      if (candidate === path) expect(router.find(host, 'GET', candidate).route.path).toBe(path);
      else expect(() => router.find(host, 'GET', candidate)).toThrow(expect.objectContaining({ status: 404 }));
    }
  });
});

const LETTERS = ['p', 'q', 'r', 's', 't'];

function nameCaptures(segments: string[]): string[] {
  return segments.map((segment, index) => segment.replace('{', `{${LETTERS[index]}`));
}

/** The naive matcher: every route as a regular expression, the best by its parts from the left. */
function findByWalk(table: [string, string][], asked: string, path: string) {
  const fits = table.flatMap(([method, pattern]) => {
    const source = pattern.replaceAll(/\{([a-z])(\.\.\.)?\}/g, (_, name, dots) =>
      dots ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
    );
    const match = new RegExp(`^${source}$`, 's').exec(path);
    return match && (method === asked || method === '*') ? [{ method, pattern, params: { ...match.groups } }] : [];
  });
  const rank = (pattern: string) =>
    pattern
      .split('/')
      .map((segment) => (segment.endsWith('...}') ? 2 : segment.startsWith('{') ? 1 : 0))
      .join('');
  const [best] = fits.sort(
    (a, b) => rank(a.pattern).localeCompare(rank(b.pattern)) || Number(a.method === '*') - Number(b.method === '*'),
  );
  return best && { value: `${best.method} ${best.pattern}`, params: best.params };
}
