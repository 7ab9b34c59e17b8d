/**
 * Stands for a process of the bramble in tests of the supervisor. It does what `FAKE_<NAME>` says, as JSON, and writes
 * `<event> <milliseconds>` lines to the file in `FAKE_EVENTS`, so that tests see who did what, in which order.
 */
import { appendFileSync, existsSync } from 'node:fs';

interface Behaviour {
  /** Tells that identities are written. */
  tellsIdentities?: boolean;
  /** Refuses to start with this line. */
  refuses?: string;
  /** Takes no notice of SIGTERM. */
  isDeaf?: boolean;
  /** Is ready only once this file is there. */
  readyAfter?: string;
}

const name = process.env.FAKE_NAME ?? '';
const behaviour = JSON.parse(process.env.FAKE_BEHAVIOUR ?? '{}') as Behaviour;
const note = (event: string) => appendFileSync(process.env.FAKE_EVENTS ?? '/dev/null', `${name} ${event}\n`);

note('started');
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  if (behaviour.isDeaf) return;
  note('stopped');
  process.exit(0);
});
if (behaviour.refuses !== undefined) {
  process.stderr.write(`${behaviour.refuses}\n`);
  process.exit(1);
}
process.stdout.write(`${JSON.stringify({ level: 'info', process: name, msg: 'hello', pid: process.pid })}\n`);
if (behaviour.tellsIdentities) process.send?.({ kind: 'identities' });
while (behaviour.readyAfter !== undefined && !existsSync(behaviour.readyAfter)) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
note('ready');
process.send?.({ kind: 'ready', facts: { address: `127.0.0.1:${process.pid}` } });
