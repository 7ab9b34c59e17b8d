import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { InvalidInput } from '../errors/index.ts';
import { durationMs, loadConfig, port, sizeBytes } from './index.ts';

const schema = z.object({
  host: z.string().default('127.0.0.1'),
  httpsPort: port(8443),
  limits: z.object({ bodySize: sizeBytes('1MiB'), idle: durationMs('30s') }).prefault({}),
  origins: z.array(z.string()).default([]),
});

const load = (text: string | undefined, env: Record<string, string> = {}) =>
  loadConfig('gateway', schema, { ...(text !== undefined && { file: { path: 'bramble.yaml', text } }), env });

describe('configuration', () => {
  test('nothing written gives the defaults, in the units that code needs', () => {
    expect(load(undefined)).toEqual({
      host: '127.0.0.1',
      httpsPort: 8443,
      limits: { bodySize: 1_048_576, idle: 30_000 },
      origins: [],
    });
  });

  test('the environment goes over the file, and the file over the defaults', () => {
    const text = 'gateway:\n  httpsPort: 9000\n  limits: { idle: 5s }\ncontrol:\n  other: true\n';
    const config = load(text, { BRAMBLE_GATEWAY_HTTPS_PORT: '9001', BRAMBLE_GATEWAY_ORIGINS: '[a, b]' });
    expect(config).toMatchObject({ httpsPort: 9001, limits: { idle: 5_000 }, origins: ['a', 'b'] });
  });

  test.each([
    ['an unknown key is refused by its path', 'gateway: { limits: { bodySiez: 3 } }', {}, 'gateway.limits.bodySiez'],
    ['a wrong value says what was expected', 'gateway: { httpsPort: 70000 }', {}, 'gateway.httpsPort (bramble.yaml)'],
    ['a wrong unit is refused', 'gateway: { limits: { bodySize: 5 parsecs } }', {}, 'a size such as 64MiB'],
    ['an unknown section is refused', 'gatewya: {}', {}, "'gatewya' is not a section"],
    ['a variable of no setting is refused', undefined, { BRAMBLE_GATEWAY_HTTP_PROT: '1' }, 'BRAMBLE_GATEWAY_HTTP_PROT'],
    ['a wrong variable is named', undefined, { BRAMBLE_GATEWAY_HTTPS_PORT: 'many' }, 'BRAMBLE_GATEWAY_HTTPS_PORT'],
    ['what is not YAML is refused', 'gateway: [', {}, 'is not YAML'],
    ['a variable that is not YAML is named', undefined, { BRAMBLE_GATEWAY_ORIGINS: '[a' }, 'BRAMBLE_GATEWAY_ORIGINS'],
    ['a list for a section is refused', 'gateway: [1]', {}, 'must be a mapping'],
  ] as [string, string | undefined, Record<string, string>, string][])('%s', (_name, text, env, said) => {
    expect(() => load(text, env)).toThrow(InvalidInput);
    expect(() => load(text, env)).toThrow(said);
  });
});
