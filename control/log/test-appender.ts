/**
 * A process for the crash test: opens the log in the folder given, with a view in memory, and appends until it is
 * killed, printing every request id once it was answered. `node test-appender.ts <folder> <round>`.
 */
import { systemClock } from '../../common/clock/index.ts';
import { nodeDisk } from '../../common/disk/index.ts';
import { command, openTestLog } from './test-log.ts';

const [folder = '', round = ''] = process.argv.slice(2);
const { log } = await openTestLog(nodeDisk, { folder, clock: systemClock, segmentBytes: 100_000 });

async function client(name: number): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${round}-${name}-${n}`;
    await log.append(command(id, { padding: 'x'.repeat((n * 37) % 500) }));
    // Node writes to pipes without delay, and waits for a reader that is behind; `writeSync` would fail with EAGAIN.
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, name) => client(name)));
