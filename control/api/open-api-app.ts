/**
 * What every domain's route file starts from: `const app = openApiApp()`, routes by `createRoute`, errors by throwing the
 * `AppError` family (never an error body by hand). The whole API mounts them and answers what they throw.
 */
import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { z } from 'zod';
import { InvalidInput } from '../../common/errors/index.ts';
import type { Principal } from './principal.ts';

export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Who asks; anonymous when no credential was sent. A wrong credential never gets as far as a route. */
    principal: Principal;
    requestId: string;
    /** The caller's own address, as the gateway saw it. */
    address: string;
  };
}

export function openApiApp(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error, result.target);
    },
  });
}

/** The problems zod found, by field path. */
export function invalidFields(error: z.ZodError | z.core.$ZodError, where: string): InvalidInput {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) {
    const names = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of names) fields[path.map(String).join('.') || where] ??= issue.message;
  }
  const names = Object.keys(fields);
  const [first] = names;
  const detail =
    names.length === 1 && first !== undefined
      ? `${first}: ${fields[first]}`
      : `${names.length} fields of the ${where} are not valid; see errors.`;
  return new InvalidInput(detail, { fields });
}
