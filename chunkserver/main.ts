/** `bramble chunkserver`: stores replicas of chunks. */
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { systemClock } from '../common/clock/index.ts';
import { loadConfig, readConfigSources } from '../common/config/index.ts';
import { nodeDisk } from '../common/disk/index.ts';
import { Identity } from '../common/identity/index.ts';
import { systemRandom } from '../common/ids/index.ts';
import { InternalClient } from '../common/internal/index.ts';
import { createLogger } from '../common/logging/index.ts';
import { runProcess } from '../common/process/index.ts';
import { IdentityRenewal, renewFromControl } from '../common/renewal/index.ts';
import { startChunkserver } from './chunkserver.ts';
import { chunkserverConfig } from './config.ts';

// Buffers of the network would otherwise start a full collection for every 30 MB that pass through: a third of the
// processor's time at full speed (measured: docs/internals/chunkserver.md, "Costs").
setFlagsFromString('--external-memory-accounted-in-global-limit');

await runProcess('chunkserver', async () => {
  const settings = loadConfig('chunkserver', chunkserverConfig, await readConfigSources(process.env));
  const config = { ...settings, dataFolder: resolve(settings.dataFolder) };
  const identityFolder = resolve(config.identityFolder);
  const identity = await Identity.load(nodeDisk, identityFolder);
  const node = config.node ?? identity.id.node;
  const logger = createLogger({ process: 'chunkserver', level: config.logLevel, fields: { node } });
  await using starting = new AsyncDisposableStack();
  const client = starting.use(new InternalClient(identity));
  const outside = { identity, client, disk: nodeDisk, clock: systemClock, random: systemRandom, logger };

  const chunkserver = starting.use(await startChunkserver({ ...outside, config }));
  starting.use(
    IdentityRenewal.start({
      ...outside,
      folder: identityFolder,
      issue: renewFromControl(client, config.controlAddress),
    }),
  );
  const resources = starting.move();
  return { facts: { address: chunkserver.address }, [Symbol.asyncDispose]: () => resources.disposeAsync() };
});
