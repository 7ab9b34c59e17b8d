/** GetObject and HeadObject (S3 API Reference). */
import type { OutgoingHttpHeaders } from 'node:http';
import type { FoundObject } from '../../../../common/filesystem/index.ts';
import { isRangeFresh, judgeRead } from '../../objects/preconditions.ts';
import { wantedOf } from '../../objects/range.ts';
import { ResponseSink } from '../../objects/response-sink.ts';
import { readObject } from '../../read/object-reader.ts';
import { S3Error } from '../errors/index.ts';
import type { Operation, S3Request, S3Tools } from '../s3-request.ts';
import { firstOf, readConditions } from './conditions.ts';
import { objectNameOf, versionOf } from './named-object.ts';
import { checksumHeaders, objectHeaders, overriddenHeaders } from './object-answer.ts';
import { partNumberOf, type ServedBytes, servedPart, servedRange } from './served-bytes.ts';

/** GET and HEAD: they differ in whether the bytes are sent. */
export const getObject: Operation = async (tools, request) => {
  const version = versionOf(request.query);
  // Parts are counted by whoever knows all of them.
  const wanted = request.query.has('partNumber') ? undefined : wantedOf(request.method, request.headers);
  const found = await tools.master.lookup(request.asker, objectNameOf(request), version, undefined, wanted);
  await serveObject(tools, request, found);
};

/** What was found, as far as the request's conditions, range and part number ask for it. */
export async function serveObject(tools: S3Tools, request: S3Request, found: FoundObject): Promise<void> {
  const { headers, query } = request;
  const { content } = found;
  const overrides = overriddenHeaders(request);
  const part = partNumberOf(query.get('partNumber'), headers.range);
  const validators = { etag: content.etag, modifiedAtMs: Date.parse(found.modifiedAt) };
  const conditions = readConditions(headers);
  switch (judgeRead(conditions, validators)) {
    case 'precondition-failed':
      throw preconditionFailed(conditions['if-match'] === undefined ? 'If-Unmodified-Since' : 'If-Match');
    case 'not-modified':
      await sendNotModified(request, found);
      return;
    case 'proceed':
  }
  const range = isRangeFresh(firstOf(conditions['if-range']), validators) ? headers.range : undefined;
  const served = part === undefined ? servedRange(content, range) : servedPart(content, part);
  const wantsChecksum = String(headers['x-amz-checksum-mode']).toUpperCase() === 'ENABLED';
  await sendObject(tools, request, found, served, {
    ...objectHeaders(found),
    ...overrides,
    ...(wantsChecksum && checksumHeaders(served.checksum)),
    ...(served.partsCount !== undefined && { 'x-amz-mp-parts-count': served.partsCount }),
  });
}

/** 200, 206 for what is partial, or `status`; the bytes at the client's pace. */
export async function sendObject(
  tools: S3Tools,
  request: S3Request,
  found: FoundObject,
  { from, to, isPartial }: ServedBytes,
  headers: OutgoingHttpHeaders,
  status = isPartial ? 206 : 200,
): Promise<void> {
  const { exchange, asker } = request;
  const { content } = found;
  const head: OutgoingHttpHeaders = { ...headers, 'content-length': to - from };
  if (isPartial) head['content-range'] = `bytes ${from}-${to - 1}/${content.size}`;
  const sink = new ResponseSink(exchange.response, status, head, exchange.signal);
  if (request.method === 'HEAD' || to === from) {
    await sink.end();
  } else if (content.inline) {
    await sink.end(content.inline.subarray(from, to));
  } else {
    const bytes = found.extentsBegin === undefined ? await tools.records.read(found, from, to) : undefined;
    if (bytes) {
      await sink.end(bytes);
      return;
    }
    const lookAgain = () =>
      tools.master.lookup(asker, found.name, found.versionId, undefined, { first: from, last: to - 1 });
    await readObject(tools, { found, from, to, sink: sink.take, signal: exchange.signal, lookAgain });
    await sink.end();
  }
}

async function sendNotModified({ exchange }: S3Request, found: FoundObject): Promise<void> {
  const { 'content-type': _type, 'content-encoding': _encoding, ...headers } = objectHeaders(found);
  await new ResponseSink(exchange.response, 304, headers, exchange.signal).end();
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { elements: { Condition: condition } });
}
