/** The master's calls on the internal server: gateways' on one side, chunkservers' heartbeats on the other. */
import {
  authorizeRequest,
  bucketConfigure,
  bucketCreate,
  bucketInspect,
  bucketList,
  bucketReference,
  bucketSetting,
  bucketVisibility,
  commitRequest,
  heartbeatRequest,
  lookupRequest,
  objectCopy,
  objectDelete,
  objectList,
  objectTags,
  placeRequest,
  renewRequest,
  reportRequest,
  uploadBegin,
  uploadExtend,
  uploadReference,
  versionList,
} from '../../../common/filesystem/index.ts';
import type { Role } from '../../../common/identity/index.ts';
import { type InternalRoute, rpcRoute } from '../../../common/internal/index.ts';
import type { Master } from '../master/master.ts';
import { multipartCalls } from './multipart-calls.ts';

const GATEWAY: readonly Role[] = ['gateway'];
const CHUNKSERVER: readonly Role[] = ['chunkserver'];
const at = (name: string) => `/internal/filesystem/${name}`;

export function filesystemRoutes(master: Master): InternalRoute[] {
  const { buckets, objects, uploads } = master;
  return [
    rpcRoute(at('authorize'), GATEWAY, authorizeRequest, (input) => master.authorize(input)),
    rpcRoute(at('place'), GATEWAY, placeRequest, (input) => master.place(input)),
    rpcRoute(at('renew'), GATEWAY, renewRequest, async (input) => master.renew(input)),
    rpcRoute(at('commit'), GATEWAY, commitRequest, (input) => master.commit(input)),
    rpcRoute(at('lookup'), GATEWAY, lookupRequest, (input) => master.lookup(input)),
    rpcRoute(at('report'), GATEWAY, reportRequest, (input) => master.report(input)),
    rpcRoute(at('upload/begin'), GATEWAY, uploadBegin, (input) => uploads.begin(input)),
    rpcRoute(at('upload/extend'), GATEWAY, uploadExtend, (input) => uploads.extend(input)),
    rpcRoute(at('upload/inspect'), GATEWAY, uploadReference, (input) => uploads.inspect(input)),
    rpcRoute(at('upload/finish'), GATEWAY, uploadReference, (input) => uploads.finish(input)),
    rpcRoute(at('upload/abort'), GATEWAY, uploadReference, (input) => uploads.abort(input)),
    rpcRoute(at('bucket/create'), GATEWAY, bucketCreate, (input) => buckets.create(input)),
    rpcRoute(at('bucket/delete'), GATEWAY, bucketReference, (input) => buckets.delete(input)),
    rpcRoute(at('bucket/inspect'), GATEWAY, bucketInspect, (input) => buckets.inspect(input)),
    rpcRoute(at('bucket/list'), GATEWAY, bucketList, (input) => buckets.list(input)),
    rpcRoute(at('bucket/rules'), GATEWAY, bucketReference, async (input) => buckets.rules(input)),
    rpcRoute(at('bucket/setting'), GATEWAY, bucketSetting, (input) => buckets.setting(input)),
    rpcRoute(at('bucket/configure'), GATEWAY, bucketConfigure, (input) => buckets.configure(input)),
    rpcRoute(at('bucket/visibility'), GATEWAY, bucketVisibility, (input) => buckets.setVisibility(input)),
    ...multipartCalls(master),
    rpcRoute(at('object/list'), GATEWAY, objectList, (input) => objects.list(input)),
    rpcRoute(at('object/list-versions'), GATEWAY, versionList, (input) => objects.listVersions(input)),
    rpcRoute(at('object/delete'), GATEWAY, objectDelete, (input) => objects.delete(input)),
    rpcRoute(at('object/copy'), GATEWAY, objectCopy, (input) => objects.copy(input)),
    rpcRoute(at('object/tags'), GATEWAY, objectTags, (input) => objects.setTags(input)),
    rpcRoute(at('heartbeat'), CHUNKSERVER, heartbeatRequest, (input, { peer }) => master.heartbeat(peer.node, input)),
  ];
}
