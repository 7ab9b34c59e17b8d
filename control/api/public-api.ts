/** The public API's type, for typed clients: `hc<Api>(url)` of Hono. For `import type` only, by other processes too. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ExtractSchema } from 'hono/types';
import type { AccountRoutes } from '../account/index.ts';
import type { storageRoutes } from '../filesystem/index.ts';
import type { ApiEnv } from './open-api-app.ts';

type StorageRoutes = ReturnType<typeof storageRoutes>;

export type Api = OpenAPIHono<ApiEnv, ExtractSchema<AccountRoutes> & ExtractSchema<StorageRoutes>, '/'>;
