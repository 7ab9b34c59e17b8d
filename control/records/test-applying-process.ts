/** A process for tests that applies entries as fast as it can, says each height it was told is applied, and is killed. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../common/clock/index.ts';
import { openRecords } from './open-records.ts';
import { SqlView } from './sql-view.ts';
import { addTo, COUNTER_TABLE, counterApplier } from './test-counter.ts';
import { silentLogger } from './test-records.ts';

const [folder = '', databaseUrl = ''] = process.argv.slice(2);
const records = await openRecords({ folder, databaseUrl, logger: silentLogger });
await records.script(COUNTER_TABLE);
const view = await SqlView.open({
  records,
  appliers: [counterApplier],
  logIdentity: 'log-1',
  clock: systemClock,
  logger: silentLogger,
});
for (;;) {
  const height = view.appliedHeight() + 1;
  await view.apply(height, [addTo('entries', 1), addTo('refused', -1), addTo('sum', height)]);
  writeSync(1, `${height}\n`);
}
