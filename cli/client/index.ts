export type { Answer, BrambleStatus, Item } from './answer.ts';
export {
  type ApiRequest,
  Connection,
  type ConnectionOptions,
  type Me,
  ownNamespace,
  parseOrigin,
  withQuery,
} from './connection.ts';
export { HttpsClient, type HttpsResponse, readText } from './https-client.ts';
export { logIn } from './log-in.ts';
export { RequestRefused } from './request-refused.ts';
export { isBrokenConnection, isTransient, withRetries } from './retry.ts';
export { sessionTokens } from './session.ts';
export { decideTrust, isCertificateError } from './trust.ts';
