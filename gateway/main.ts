/** `bramble gateway`: the only listener that faces people. */
import { systemClock } from '../common/clock/index.ts';
import { loadConfig, readConfigSources } from '../common/config/index.ts';
import { nodeDisk } from '../common/disk/index.ts';
import { Identity } from '../common/identity/index.ts';
import { systemRandom } from '../common/ids/index.ts';
import { InternalClient } from '../common/internal/index.ts';
import { createLogger } from '../common/logging/index.ts';
import { runProcess } from '../common/process/index.ts';
import { IdentityRenewal, renewFromControl } from '../common/renewal/index.ts';
import { gatewayConfig } from './config.ts';
import { Gateway } from './gateway.ts';
import { storageRoutes } from './storage/index.ts';

await runProcess('gateway', async (stopping) => {
  await using stack = new AsyncDisposableStack();
  const config = loadConfig('gateway', gatewayConfig, await readConfigSources(process.env));
  const logger = createLogger({ process: 'gateway', level: config.logLevel, fields: { node: config.node } });
  const [disk, clock, random] = [nodeDisk, systemClock, systemRandom];
  const identity = await Identity.load(disk, config.identityFolder);
  const { controlAddress, identityFolder: folder } = config;

  const client = stack.use(new InternalClient(identity, { connections: 1 }));
  const issue = renewFromControl(client, controlAddress);
  stack.use(IdentityRenewal.start({ identity, disk, folder, clock, random, logger, issue }));

  const storageHost = `storage.${config.domain}`;
  const gateway = stack.use(
    await Gateway.start({
      config,
      identity,
      disk,
      clock,
      random,
      logger,
      dataPath: (metrics) =>
        storageRoutes({
          identity,
          controlAddress,
          storageHost,
          recordCacheBytes: config.readCacheBytes,
          s3: { domain: config.domain, region: config.s3.region, names: config.s3.names, node: config.node },
          clock,
          random,
          logger,
          metrics,
        }),
    }),
  );
  await gateway.whenReady(stopping);

  const owned = stack.move();
  return {
    facts: {
      httpsPort: String(gateway.httpsPort),
      httpPort: String(gateway.httpPort),
      ...Object.fromEntries(s3Facts(gateway.s3Ports)),
      internalAddress: gateway.internalAddress,
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
});

function s3Facts({ https, http }: Gateway['s3Ports']): [string, string][] {
  return [
    ...(https === undefined ? [] : [['s3Port', String(https)] as [string, string]]),
    ...(http === undefined ? [] : [['s3HttpPort', String(http)] as [string, string]]),
  ];
}
