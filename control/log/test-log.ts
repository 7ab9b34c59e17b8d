/** What the tests of the log share: a log on any disk, with a view that remembers. */
import { ManualClock } from '../../common/clock/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { Registry } from '../../common/metrics/index.ts';
import { type Command, SYSTEM } from './command.ts';
import type { LocalLog } from './local-log.ts';
import { type OpenLocalLogOptions, openLocalLog } from './open-local-log.ts';
import { TestView } from './test-view.ts';

export const FOLDER = '/log';
export const silentLogger = createLogger({ process: 'test', level: 'silent' });

export function command(requestId: string, data: unknown = {}, type = 'test.do'): Command {
  return { type, at: 1, actor: SYSTEM, requestId, data };
}

export interface TestLog {
  log: LocalLog;
  view: TestView;
  registry: Registry;
}

export async function openTestLog(disk: Disk, options: Partial<OpenLocalLogOptions> = {}): Promise<TestLog> {
  const view = (options.views?.[0] as TestView | undefined) ?? new TestView(disk);
  const registry = new Registry();
  const log = await openLocalLog({
    disk,
    clock: new ManualClock(),
    folder: FOLDER,
    views: [view],
    logger: silentLogger,
    metrics: registry,
    aheadBytes: 16 * 1024,
    reserveBytes: 4 * 1024,
    ...options,
  });
  return { log, view, registry };
}

/** Appends each by itself, so that each gets an entry of its own. */
export async function appendEach(log: LocalLog, ...requestIds: string[]): Promise<void> {
  for (const requestId of requestIds) await log.append(command(requestId));
}
