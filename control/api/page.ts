/** Lists: `?limit=&cursor=` in, `{items, nextCursor}` out. A cursor is opaque to clients: the position behind the last item. */
import { z } from '@hono/zod-openapi';
import { InvalidInput } from '../../common/errors/index.ts';
import { isPlainText } from './plain-text.ts';

/** Of positions that are text: names, ids, and keys of objects in base64. */
const POSITION_LIMIT_CHARS = 2048;

export const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ description: 'Items at most, 1 to 1000.' }),
  cursor: z.string().max(4096).optional().openapi({ description: 'The nextCursor of the page before.' }),
});

export function pageOf<Schema extends z.ZodType>(item: Schema) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidInput `invalid-cursor` when it is not one that `encodeCursor` made of such a position. */
export function decodeCursor<Position>(
  cursor: string | undefined,
  position: z.ZodType<Position>,
): Position | undefined {
  if (cursor === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    throw wrongCursor(error);
  }
  const parsed = position.safeParse(value);
  if (!parsed.success) throw wrongCursor(parsed.error);
  if (typeof parsed.data === 'string' && (parsed.data.length > POSITION_LIMIT_CHARS || !isPlainText(parsed.data))) {
    throw wrongCursor(undefined);
  }
  return parsed.data;
}

/** A page out of `limit + 1` rows, when there are that many: the one too many tells that there is more. */
export function toPage<Item>(
  rows: readonly Item[],
  limit: number,
  positionOf: (item: Item) => unknown,
): { items: Item[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}

function wrongCursor(cause: unknown): InvalidInput {
  return new InvalidInput('The cursor is not one of this list; start again without one.', {
    code: 'invalid-cursor',
    fields: { cursor: 'must be the nextCursor of the page before' },
    cause,
  });
}
