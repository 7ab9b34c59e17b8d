/** Environment variables for configuration keys: `gateway.https.port` is `BRAMBLE_GATEWAY_HTTPS_PORT`. */
import { ZodObject, type ZodType } from 'zod';

/** The variable for every leaf of `schema`, with the leaf's path. */
export function environmentNames(section: string, schema: ZodObject): Map<string, string[]> {
  return new Map(leafPaths(schema).map((path) => [environmentName(section, path), path]));
}

export function environmentName(section: string, path: readonly string[]): string {
  const words = path.map((key) => key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return ['BRAMBLE', section.toUpperCase(), ...words].join('_');
}

export function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  target[key] = next;
  setPath(next, rest, value);
}

/** Every path of the schema that is not itself a mapping. */
export function leafPaths(schema: ZodObject, prefix: readonly string[] = []): string[][] {
  return Object.entries(schema.shape as Record<string, ZodType>).flatMap(([key, field]) => {
    const inner = innermost(field);
    return inner instanceof ZodObject ? leafPaths(inner, [...prefix, key]) : [[...prefix, key]];
  });
}

/** The type inside `.default()`, `.prefault()`, `.optional()` and the like. */
export function innermost(field: ZodType): ZodType {
  const { innerType } = field.def as { innerType?: ZodType };
  return innerType ? innermost(innerType) : field;
}

/** Paths in `values` that the schema does not have, at any depth. */
export function unknownPaths(schema: ZodObject, values: object, prefix: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...prefix, key];
    const field = (schema.shape as Record<string, ZodType>)[key];
    if (!field) return [path];
    const inner = innermost(field);
    const isMapping = inner instanceof ZodObject && typeof value === 'object' && value !== null;
    return isMapping ? unknownPaths(inner, value, path) : [];
  });
}
