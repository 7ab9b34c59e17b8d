export type { Door, DoorExchange, Refusal, Refused } from './door.ts';
export { type Exchange, paramOf, type RawExchange, type RequestStream, type ResponseStream } from './exchange.ts';
export {
  decodeRequestTarget,
  parseRequestTarget,
  type RawTarget,
  type RequestTarget,
  splitRequestTarget,
  uriTooLong,
} from './request-target.ts';
export type { Route } from './route.ts';
export { type RouteMatch, Router } from './router.ts';
