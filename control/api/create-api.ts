/** The public HTTP API as one application: what every request goes through, the domains' routes, and their description. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Schema } from 'hono';
import type { Clock } from '../../common/clock/index.ts';
import { MethodNotAllowed, NotFound } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { answerErrors } from './answer-errors.ts';
import { type Authenticator, authenticate } from './authenticate.ts';
import { jsonAnswer, problems } from './describe.ts';
import { DOCS_CONTENT_SECURITY_POLICY, docsPage } from './docs-page.ts';
import { type IdempotencyOptions, idempotency } from './idempotency.ts';
import { type ApiEnv, openApiApp } from './open-api-app.ts';
import { requirePlainText } from './plain-text.ts';
import type { Principal } from './principal.ts';
import { readBody } from './read-body.ts';

/** Of the JSON that control itself takes; bytes of objects never come here. */
const BODY_LIMIT_BYTES = 1024 * 1024;

const processSchema = z
  .object({
    role: z.string(),
    node: z.string(),
    address: z.string().optional(),
    state: z.enum(['ready', 'starting', 'silent', 'dead']),
    detail: z.string().optional(),
  })
  .openapi('Process');
export type ProcessStatus = z.infer<typeof processSchema>;

const status = createRoute({
  method: 'get',
  path: '/api/status',
  tags: ['bramble'],
  summary: 'Every process as control knows it',
  responses: {
    200: jsonAnswer(
      z.object({ bramble: z.string(), version: z.string(), time: z.iso.datetime(), processes: z.array(processSchema) }),
      'The bramble',
    ),
    ...problems,
  },
});

export interface ApiOptions<Routes extends OpenAPIHono<ApiEnv, Schema, '/'>> {
  accounts: Authenticator & {
    /** @throws Unauthenticated for the anonymous. */
    assertUser(principal: Principal, scope: 'account:read', origin: { address: string; requestId: string }): string;
  };
  /** The domains' routes, mounted in one app. */
  routes: Routes;
  idempotency: IdempotencyOptions;
  bramble: string;
  version: string;
  processes(): Promise<ProcessStatus[]> | ProcessStatus[];
  clock: Clock;
  logger: Logger;
}

export function createApi<Routes extends OpenAPIHono<ApiEnv, Schema, '/'>>(options: ApiOptions<Routes>) {
  const { accounts, bramble, clock, logger, version } = options;
  const app = openApiApp();
  app.use(authenticate(accounts));
  app.use(readBody(BODY_LIMIT_BYTES));
  app.use(requirePlainText);
  app.use(idempotency(options.idempotency));
  app.onError(answerErrors(logger));
  app.notFound((c) => {
    throw notThere(app, c.req.method, c.req.path);
  });
  app.openapi(status, async (c) => {
    const { principal, address, requestId } = c.var;
    accounts.assertUser(principal, 'account:read', { address, requestId });
    const processes = await options.processes();
    return c.json({ bramble, version, time: new Date(clock.now()).toISOString(), processes }, 200);
  });
  const mounted = app.route('/', options.routes);
  const description = () =>
    mounted.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Bramble', version, description: 'A private edge cloud out of a handful of small machines.' },
      security: [{ bearer: [] }],
    });
  mounted.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token of a session, or an API token (bramble_…).',
  });
  // Made once, at the first question: the routes do not change.
  let described: ReturnType<typeof description> | undefined;
  mounted.get('/openapi.json', (c) => {
    described ??= description();
    return c.json(described);
  });
  mounted.get('/docs', (c) => {
    described ??= description();
    return c.html(docsPage(described), 200, { 'content-security-policy': DOCS_CONTENT_SECURITY_POLICY });
  });
  return mounted;
}

function notThere(app: OpenAPIHono<ApiEnv>, method: string, path: string) {
  const allowed = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((other) => {
    const [handlers] = app.router.match(other, path);
    return handlers.some(([[, route]]) => route.method === other);
  });
  return allowed.length > 0
    ? new MethodNotAllowed(`${path} takes ${allowed.join(', ')}, not ${method}.`)
    : new NotFound(`There is nothing at ${path}; see /docs.`);
}
