export { CBOR_CONTENT_TYPE, decodeCbor, encodeCbor } from './cbor.ts';
export { type CallOptions, InternalClient, type InternalResponse, type Target } from './client.ts';
export { DownloadClient } from './download-client.ts';
export { callRoute, readBody, rpcRoute } from './rpc.ts';
export {
  type CallContext,
  type CallRoute,
  type InternalRequest,
  type InternalRoute,
  InternalServer,
  type InternalServerOptions,
} from './server.ts';
