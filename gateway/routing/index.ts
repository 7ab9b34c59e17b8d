export { type Exchange, paramOf, type RequestStream, type ResponseStream } from './exchange.ts';
export type { Route } from './route.ts';
