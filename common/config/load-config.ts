/**
 * One configuration per process: its section of `bramble.yaml`, then environment variables over it. Every key is known
 * to a schema; a key that is not, or a value that is wrong, is refused with its path and what was expected.
 */
import { parse } from 'yaml';
import type { ZodObject, z } from 'zod';
import { InvalidInput } from '../errors/index.ts';
import { environmentNames, setPath, unknownPaths } from './environment.ts';

/** The sections that `bramble.yaml` may have, each read by the process of its name. */
export const SECTIONS = ['up', 'control', 'gateway', 'chunkserver'] as const;
export type Section = (typeof SECTIONS)[number];

export interface ConfigSources {
  /** The text of `bramble.yaml`, when there is one. */
  file?: { path: string; text: string };
  env: Record<string, string | undefined>;
}

/** @throws InvalidInput naming every wrong key by its path, the place it was written in, and what was expected. */
export function loadConfig<Schema extends ZodObject>(
  section: Section,
  schema: Schema,
  sources: ConfigSources,
): z.infer<Schema> {
  const values = sources.file ? sectionOf(sources.file, section) : {};
  const origins = applyEnvironment(values, section, schema, sources.env);
  const nameOf = (path: readonly PropertyKey[]) => {
    const name = [section, ...path].join('.');
    return `${name} (${origins.get(name) ?? sources.file?.path ?? 'missing'})`;
  };
  const unknown = unknownPaths(schema, values).map((path) => `${nameOf(path)} is not a key there is`);
  const parsed = schema.safeParse(values);
  if (parsed.success && unknown.length === 0) return parsed.data as z.infer<Schema>;
  const wrong = (parsed.error?.issues ?? []).map((issue) => `${nameOf(issue.path)}: ${issue.message}`);
  throw new InvalidInput(
    `the configuration is wrong: ${[...unknown, ...wrong].join('; ')}. See docs/configuration.md.`,
    {
      code: 'invalid-configuration',
    },
  );
}

function sectionOf(file: { path: string; text: string }, section: Section): Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(file.text) ?? {};
  } catch (error) {
    throw new InvalidInput(`${file.path} is not YAML: ${(error as Error).message}`, { cause: error });
  }
  if (!isRecord(document)) throw new InvalidInput(`${file.path} must be a mapping of sections to settings.`);
  for (const name of Object.keys(document)) {
    if (!SECTIONS.includes(name as Section)) {
      throw new InvalidInput(`${file.path}: '${name}' is not a section; there are ${SECTIONS.join(', ')}.`);
    }
  }
  const values = document[section] ?? {};
  if (!isRecord(values)) throw new InvalidInput(`${file.path}: '${section}' must be a mapping of keys to values.`);
  return values;
}

/** Puts `BRAMBLE_<SECTION>_<KEY>` variables over the file's values; answers which key came from which variable. */
function applyEnvironment(
  values: Record<string, unknown>,
  section: Section,
  schema: ZodObject,
  env: Record<string, string | undefined>,
): Map<string, string> {
  const origins = new Map<string, string>();
  const known = environmentNames(section, schema);
  const prefix = `BRAMBLE_${section.toUpperCase()}_`;
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith(prefix)) continue;
    const path = known.get(name);
    if (!path) throw new InvalidInput(`${name} is not a setting; there are ${[...known.keys()].join(', ')}.`);
    setPath(values, path, parseValue(name, text));
    origins.set([section, ...path].join('.'), name);
  }
  return origins;
}

function parseValue(name: string, text: string): unknown {
  try {
    return parse(text) ?? '';
  } catch (error) {
    throw new InvalidInput(`${name} is not a YAML value: ${(error as Error).message}`, { cause: error });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
