/** The audit trail over HTTP: the log's own entries, newest first, and the check of their chain. For administrators. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type ApiEnv,
  decodeCursor,
  encodeCursor,
  jsonAnswer,
  listQuery,
  openApiApp,
  pageOf,
  problems,
} from '../api/index.ts';
import { type AuditPosition, type AuditRecord, type DetailOf, listAudit } from './audit-trail.ts';
import { actor } from './command.ts';
import type { LocalLog } from './local-log.ts';
import type { LogVerification } from './verify-log.ts';

const auditQuery = listQuery.extend({
  type: z.string().max(128).optional().openapi({ description: 'A type such as `object.commit`, or `object.*`.' }),
  actor: z.string().max(256).optional().openapi({ description: "The actor's id." }),
  since: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Not before this time.' }),
  until: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Before this time.' }),
});

const auditRecord = z
  .object({
    height: z.int().openapi({ description: 'The entry of the log.' }),
    index: z.int().openapi({ description: 'The place in the entry, from 0.' }),
    time: z.iso.datetime(),
    type: z.string(),
    actor,
    requestId: z.string(),
    hash: z.string().openapi({ description: "The entry's SHA-256, in hexadecimal." }),
    detail: z.unknown().optional().openapi({ description: 'Of `audit.denied`: who was denied what, why, how often.' }),
  })
  .openapi('AuditRecord');

const verification = z
  .object({
    ok: z.boolean(),
    entries: z.int().openapi({ description: 'Entries that were checked and are right.' }),
    head: z.object({ height: z.int(), time: z.iso.datetime().nullable(), hash: z.string() }),
    problem: z.object({ file: z.string(), offset: z.int(), detail: z.string() }).optional(),
  })
  .openapi('AuditVerification');

const position = z.tuple([z.int().positive(), z.int().nonnegative()]);

const listRoute = createRoute({
  method: 'get',
  path: '/',
  tags: ['audit'],
  summary: 'Who changed what, newest first',
  description:
    'A page may have fewer items than asked for, or none, and still a nextCursor, when filters match little.',
  request: { query: auditQuery },
  responses: { 200: jsonAnswer(pageOf(auditRecord), 'A page of the audit trail'), ...problems },
});

const verifyRoute = createRoute({
  method: 'post',
  path: '/verify',
  tags: ['audit'],
  summary: 'Checks every checksum and every hash of the log',
  responses: { 200: jsonAnswer(verification, 'What was found; `ok` is false when the log was changed'), ...problems },
});

export interface AuditRoutesOptions {
  log: Pick<LocalLog, 'readBackwards' | 'verify'>;
  /** @throws Unauthenticated or Forbidden unless an administrator asks. */
  requireAdministrator: (c: Context<ApiEnv>) => unknown;
  /** By default nothing of a command's data is shown. */
  detailOf?: DetailOf;
}

/** To be mounted at `/api/audit`. */
export function auditRoutes({ log, requireAdministrator, detailOf }: AuditRoutesOptions): OpenAPIHono<ApiEnv> {
  let verifying: Promise<LogVerification> | undefined;
  const app = openApiApp();
  app.use('*', async (c, next) => {
    await requireAdministrator(c);
    await next();
  });
  app.openapi(listRoute, async (c) => {
    const { limit, cursor, since, until, ...filter } = c.req.valid('query');
    const after = decodeCursor<AuditPosition>(cursor, position);
    const query = {
      limit,
      ...(after && { after }),
      ...(since && { sinceMs: Date.parse(since) }),
      ...(until && { untilMs: Date.parse(until) }),
      ...(filter.type && { type: filter.type }),
      ...(filter.actor && { actor: filter.actor }),
    };
    const { items, next } = await listAudit(log, query, { detailOf });
    return c.json({ items: items.map(shown), nextCursor: next ? encodeCursor(next) : null }, 200);
  });
  app.openapi(verifyRoute, async (c) => {
    // Walking the chain reads all of the log: those who ask meanwhile share one walk.
    verifying ??= log.verify().finally(() => {
      verifying = undefined;
    });
    const { head, tornBytes: _, ...found } = await verifying;
    const time = head.height > 0 ? new Date(head.time).toISOString() : null;
    return c.json({ ...found, head: { ...head, time } }, 200);
  });
  return app;
}

function shown(record: AuditRecord): z.infer<typeof auditRecord> {
  return { ...record, time: new Date(record.time).toISOString() };
}
