/** `GET …/progress/{id}`: server-sent events of an upload, until it ends or the watcher goes. */
import type { Clock } from '../../../common/clock/index.ts';
import { AppError, NotFound } from '../../../common/errors/index.ts';
import type { UploadState } from '../../../common/filesystem/index.ts';
import { type Exchange, paramOf } from '../../routing/index.ts';
import { askerOf } from '../asker.ts';
import type { Asker, MasterClient } from '../master/master-client.ts';
import type { ProgressState, UploadProgress } from './upload-progress.ts';

export interface ProgressTools {
  master: Pick<MasterClient, 'authorize' | 'inspectUpload'>;
  progress: UploadProgress;
  clock: Clock;
}

const EVERY_MS = 250;
/** Without news a comment is sent this often, so that neither side takes the connection for dead. */
const QUIET_MS = 10_000;
/** A watcher may come before its upload. */
const PATIENCE_MS = 5_000;

export async function streamProgress(tools: ProgressTools, exchange: Exchange): Promise<void> {
  const id = paramOf(exchange, 'id');
  let state = await firstState(tools, exchange, id);
  const { response, signal } = exchange;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let sent = '';
  let sentMs = tools.clock.monotonic();
  for (;;) {
    const text = JSON.stringify(state);
    const nowMs = tools.clock.monotonic();
    if (text !== sent) response.write(`event: progress\ndata: ${text}\n\n`);
    else if (nowMs - sentMs >= QUIET_MS) response.write(': still here\n\n');
    if (text !== sent || nowMs - sentMs >= QUIET_MS) sentMs = nowMs;
    sent = text;
    if (state.state === 'done' || state.state === 'failed') break;
    await tools.clock.sleep(EVERY_MS, signal);
    state = tools.progress.find(id)?.state ?? state;
  }
  response.end();
}

/** What is known here, or else what the master knows of a resumable upload of that id. */
async function firstState(tools: ProgressTools, exchange: Exchange, id: string): Promise<ProgressState> {
  const asker = askerOf(exchange);
  const deadlineMs = tools.clock.monotonic() + PATIENCE_MS;
  let wasAsked = false;
  for (;;) {
    const found = tools.progress.find(id);
    if (found) {
      await tools.master.authorize(asker, 'write', found.name);
      return found.state;
    }
    const upload = wasAsked ? undefined : await findUpload(tools, asker, id);
    wasAsked = true;
    if (upload) return { received: upload.offset, stored: upload.offset, total: upload.size, state: 'paused' };
    if (tools.clock.monotonic() >= deadlineMs) throw new NotFound(`No upload '${id}' is under way here.`);
    await tools.clock.sleep(EVERY_MS, exchange.signal);
  }
}

/** Undefined when the id is no resumable upload's: then it is one that a PUT chose, or will. */
async function findUpload(tools: ProgressTools, asker: Asker, id: string): Promise<UploadState | undefined> {
  try {
    return await tools.master.inspectUpload(asker, id);
  } catch (error) {
    if (error instanceof AppError && (error.status === 404 || error.status === 400)) return undefined;
    throw error;
  }
}
