/**
 * Text with NUL or half a surrogate pair is refused before any route sees it, wherever it stands in a request: databases
 * and file systems take it differently, and no honest client sends it.
 */
import type { MiddlewareHandler } from 'hono';
import { InvalidInput } from '../../common/errors/index.ts';
import type { ApiEnv } from './open-api-app.ts';

export function isPlainText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

export const requirePlainText: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { pathname, search } = new URL(c.req.url);
  for (const [where, text] of [
    ['path', pathname],
    ['query', search],
  ] as const) {
    if (text.includes('%') && !isPlainText(decoded(text, where))) throw refusal(where);
  }
  // Only by an escape can such text stand in JSON that parses.
  if (c.req.header('content-type')?.includes('json') && (await c.req.text()).includes('\\u')) {
    if (!isPlainJson(await c.req.text())) throw refusal('body');
  }
  await next();
};

/** @throws InvalidInput when the escapes are no UTF-8. */
function decoded(text: string, where: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new InvalidInput(`The ${where} has escapes that are no UTF-8.`, { code: 'invalid-text', cause: error });
  }
}

/** JSON that does not parse passes: the route says better what is wrong with it. */
function isPlainJson(text: string): boolean {
  let isPlain = true;
  const look = (key: string, value: unknown) => {
    if (!isPlainText(key) || (typeof value === 'string' && !isPlainText(value))) isPlain = false;
    return value;
  };
  try {
    JSON.parse(text, look);
  } catch {
    return true;
  }
  return isPlain;
}

function refusal(where: string): InvalidInput {
  return new InvalidInput(`The ${where} has text with NUL or half a surrogate pair.`, { code: 'invalid-text' });
}
