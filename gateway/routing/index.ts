export { type Exchange, paramOf, type RequestStream, type ResponseStream } from './exchange.ts';
export { parseRequestTarget, type RequestTarget, uriTooLong } from './request-target.ts';
export type { Route } from './route.ts';
export { type RouteMatch, Router } from './router.ts';
