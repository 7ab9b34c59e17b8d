export { apiRoutes } from './api-routes.ts';
export type { Authenticator } from './authenticate.ts';
export { type ApiOptions, createApi, type ProcessStatus } from './create-api.ts';
export { jsonAnswer, jsonBody, problems } from './describe.ts';
export { assertIfMatch, entityTag } from './entity-tag.ts';
export type { IdempotencyOptions } from './idempotency.ts';
export { type ApiEnv, openApiApp } from './open-api-app.ts';
export { decodeCursor, encodeCursor, listQuery, pageOf, toPage } from './page.ts';
export { isPlainText } from './plain-text.ts';
export { ANONYMOUS, actorOf, type Principal, SCOPES, type Scope } from './principal.ts';
export {
  STORAGE_VERBS,
  type StorageLimit,
  type StorageUse,
  type StorageVerb,
  storageLimitAllows,
} from './storage-limit.ts';
