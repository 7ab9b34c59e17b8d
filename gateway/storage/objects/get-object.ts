/** GET and HEAD of an object: preconditions, ranges, and its bytes. */
import type { OutgoingHttpHeaders } from 'node:http';
import {
  PROBLEM_CONTENT_TYPE,
  PreconditionFailed,
  RangeNotSatisfiable,
  toProblem,
} from '../../../common/errors/index.ts';
import type { FoundObject, ObjectName } from '../../../common/filesystem/index.ts';
import type { Exchange } from '../../routing/index.ts';
import type { Asker, MasterClient } from '../master/master-client.ts';
import type { ReadTools } from '../read/extent-reader.ts';
import { readObject } from '../read/object-reader.ts';
import type { SmallRecords } from '../read/small-records.ts';
import { objectHeaders } from './object-headers.ts';
import { isRangeFresh, judgeRead } from './preconditions.ts';
import { chooseRange, type RangeChoice } from './range.ts';
import { ResponseSink } from './response-sink.ts';

export interface GetTools extends ReadTools {
  master: Pick<MasterClient, 'lookup'>;
  records: Pick<SmallRecords, 'read'>;
}

export async function getObject(tools: GetTools, exchange: Exchange, asker: Asker, name: ObjectName): Promise<void> {
  const found = await tools.master.lookup(asker, name);
  const headers = objectHeaders(found);
  const validators = { etag: found.content.etag, modifiedAtMs: Date.parse(found.modifiedAt) };
  const verdict = judgeRead(exchange.request.headers, validators);
  if (verdict === 'precondition-failed') {
    throw new PreconditionFailed('The object is not the one the request is about; look at its ETag and decide anew.');
  }
  const send = (status: number, more: OutgoingHttpHeaders) =>
    new ResponseSink(exchange.response, status, { ...headers, ...more }, exchange.signal);
  if (verdict === 'not-modified') {
    const { 'content-type': _type, ...kept } = headers;
    await new ResponseSink(exchange.response, 304, kept, exchange.signal).end();
    return;
  }
  const { size } = found.content;
  const range = rangeOf(exchange, validators, size);
  if (range.kind === 'unsatisfiable') {
    await refuseRange(exchange, size);
    return;
  }
  const [from, to] = range.kind === 'part' ? [range.from, range.to] : [0, size];
  const sink =
    range.kind === 'part'
      ? send(206, { 'content-length': to - from, 'content-range': `bytes ${from}-${to - 1}/${size}` })
      : send(200, { 'content-length': size });
  if (exchange.method === 'HEAD' || to === from) await sink.end();
  else if (found.content.inline) await sink.end(found.content.inline.subarray(from, to));
  else await stream(tools, exchange, asker, found, from, to, sink);
}

async function stream(
  tools: GetTools,
  exchange: Exchange,
  asker: Asker,
  found: FoundObject,
  from: number,
  to: number,
  sink: ResponseSink,
): Promise<void> {
  const bytes = await tools.records.read(found, from, to);
  if (bytes) {
    await sink.end(bytes);
    return;
  }
  await readObject(tools, {
    found,
    from,
    to,
    sink: sink.take,
    signal: exchange.signal,
    lookAgain: () => tools.master.lookup(asker, found.name),
  });
  await sink.end();
}

/** Answered here and not thrown, as the size that is wanted to be known (RFC 9110 §15.5.17) goes into a header. */
async function refuseRange(exchange: Exchange, size: number): Promise<void> {
  const error = new RangeNotSatisfiable(`The object has ${size} bytes; ask for a range within them.`);
  const body = Buffer.from(JSON.stringify(toProblem(error, exchange.requestId)));
  const headers = {
    'content-type': PROBLEM_CONTENT_TYPE,
    'content-length': body.length,
    'content-range': `bytes */${size}`,
  };
  await new ResponseSink(exchange.response, error.status, headers, exchange.signal).end(body);
}

/** RFC 9110 §14.2: Range is for GET alone. */
function rangeOf(exchange: Exchange, validators: { etag: string; modifiedAtMs: number }, size: number): RangeChoice {
  const { range, 'if-range': ifRange } = exchange.request.headers;
  if (exchange.method !== 'GET' || !isRangeFresh(firstOf(ifRange), validators)) return { kind: 'whole' };
  return chooseRange(range, size);
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
