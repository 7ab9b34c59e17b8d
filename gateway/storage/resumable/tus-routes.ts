/**
 * Resumable uploads by tus 1.0.0: core, creation, creation-with-upload, termination, expiration, checksum. An upload is
 * the master's; this gateway keeps nothing of it between requests, so any gateway can go on with it.
 */
import { AppError, Conflict, InvalidInput } from '../../../common/errors/index.ts';
import type { UploadState } from '../../../common/filesystem/index.ts';
import { type Exchange, paramOf, type Route } from '../../routing/index.ts';
import { askerOf } from '../asker.ts';
import type { Asker, MasterClient } from '../master/master-client.ts';
import { contentTypeOf, keptHeaders } from '../objects/kept-headers.ts';
import { checkedName } from '../objects/object-name.ts';
import { preconditionsOf } from '../objects/put-object.ts';
import type { UploadProgress } from '../progress/upload-progress.ts';
import { type PartTools, receivePart } from './receive-part.ts';
import {
  CAPABILITIES,
  checkVersion,
  hasPatchContentType,
  stateHeaders,
  uploadLengthOf,
  uploadOffsetOf,
} from './tus-head.ts';
import { parseUploadChecksum } from './upload-checksum.ts';
import { formatUploadMetadata, parseUploadMetadata } from './upload-metadata.ts';

export interface TusTools extends PartTools {
  master: PartTools['master'] & Pick<MasterClient, 'beginUpload' | 'finishUpload' | 'abortUpload'>;
  progress: UploadProgress;
  /** How long a request waits for an earlier one of the same upload to end. */
  takeOverMs: number;
}

/** `prefix`: of the paths, such as `/api/storage`. */
export function tusRoutes(tools: TusTools, prefix: string): Route[] {
  const uploads = `${prefix}/uploads`;
  const upload = `${uploads}/{upload}`;
  return [
    { method: 'OPTIONS', path: uploads, handle: async (exchange) => answer(exchange, 204, CAPABILITIES) },
    { method: 'POST', path: uploads, body: 'bulk', handle: (exchange) => createUpload(tools, exchange, uploads) },
    { method: 'HEAD', path: upload, handle: (exchange) => showUpload(tools, exchange) },
    { method: 'PATCH', path: upload, body: 'bulk', handle: (exchange) => extendUpload(tools, exchange) },
    { method: 'DELETE', path: upload, handle: (exchange) => endUpload(tools, exchange) },
  ];
}

async function createUpload(tools: TusTools, exchange: Exchange, uploads: string): Promise<void> {
  checkVersion(exchange);
  const asker = askerOf(exchange);
  const { headers } = exchange.request;
  const metadata = parseUploadMetadata(headerText(exchange, 'upload-metadata'));
  const said = (key: string) => metadata.get(key) ?? '';
  const name = checkedName({ namespace: said('namespace'), bucket: said('bucket'), key: said('key') });
  let state = await tools.master.beginUpload(asker, {
    name,
    size: uploadLengthOf(exchange),
    contentType: contentTypeOf(metadata.get('contentType'), name.key),
    headers: keptHeaders(headers),
    preconditions: preconditionsOf(headers['if-match'], headers['if-none-match']),
  });
  if (hasPatchContentType(exchange)) state = await receive(tools, exchange, asker, state);
  else if (state.size === 0) await tools.master.finishUpload(asker, state.upload);
  answer(exchange, 201, { ...stateHeaders(state), location: `${uploads}/${state.upload}` });
}

async function showUpload(tools: TusTools, exchange: Exchange): Promise<void> {
  checkVersion(exchange);
  // What an interrupted part had brought is counted: its client asks in order to go on behind it.
  await tools.progress.untilIdle(paramOf(exchange, 'upload'), tools.takeOverMs);
  const state = await tools.master.inspectUpload(askerOf(exchange), paramOf(exchange, 'upload'));
  const metadata = new Map(Object.entries({ ...state.name, contentType: state.contentType }));
  answer(exchange, 200, {
    ...stateHeaders(state),
    'upload-metadata': formatUploadMetadata(metadata),
    'cache-control': 'no-store',
  });
}

async function extendUpload(tools: TusTools, exchange: Exchange): Promise<void> {
  checkVersion(exchange);
  if (!hasPatchContentType(exchange)) {
    throw new AppError(
      'unsupported-media-type',
      415,
      'Another content type',
      'PATCH takes application/offset+octet-stream.',
    );
  }
  const offset = uploadOffsetOf(exchange);
  const asker = askerOf(exchange);
  await tools.progress.untilIdle(paramOf(exchange, 'upload'), tools.takeOverMs);
  const before = await tools.master.inspectUpload(asker, paramOf(exchange, 'upload'));
  if (before.offset !== offset) {
    throw new Conflict(`The upload is at ${before.offset}; go on from there.`, { code: 'offset-mismatch' });
  }
  const state = await receive(tools, exchange, asker, before);
  answer(exchange, 204, stateHeaders(state));
}

async function endUpload(tools: TusTools, exchange: Exchange): Promise<void> {
  checkVersion(exchange);
  await tools.master.abortUpload(askerOf(exchange), paramOf(exchange, 'upload'));
  answer(exchange, 204, {});
}

/** Takes the body; with the last byte the object is committed. */
async function receive(tools: TusTools, exchange: Exchange, asker: Asker, before: UploadState): Promise<UploadState> {
  const checksum = parseUploadChecksum(headerText(exchange, 'upload-checksum'));
  using tracked = tools.progress.begin(before.upload, before.name, before.size, before.offset);
  const state = await receivePart(tools, before, {
    asker,
    body: exchange.request,
    signal: exchange.signal,
    length: lengthOf(exchange),
    checksum,
    onReceived: tracked.received,
    onStored: tracked.stored,
  });
  if (state.offset === state.size) {
    await tools.master.finishUpload(asker, state.upload);
    tracked.finish('done');
  } else {
    tracked.finish('paused');
  }
  return state;
}

function answer(exchange: Exchange, status: number, headers: Record<string, string | number>): void {
  // Whoever sent only a part of the body has gone; the state is the master's and waits for them.
  if (exchange.response.destroyed) return;
  exchange.response.writeHead(status, headers);
  exchange.response.end();
}

function lengthOf(exchange: Exchange): number | undefined {
  const text = exchange.request.headers['content-length'];
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidInput('Content-Length is not a number of bytes.');
}

function headerText(exchange: Exchange, name: string): string | undefined {
  const value = exchange.request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
