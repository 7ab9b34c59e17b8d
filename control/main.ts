/**
 * `bramble control`: the authority first, since everybody else's certificate comes from it, then, while the others start
 * with theirs, the log, its views and all that is decided over them.
 */
import { systemClock } from '../common/clock/index.ts';
import { loadConfig, readConfigSources } from '../common/config/index.ts';
import { nodeDisk } from '../common/disk/index.ts';
import { Identity } from '../common/identity/index.ts';
import { systemRandom } from '../common/ids/index.ts';
import { createLogger } from '../common/logging/index.ts';
import { runProcess, tellSupervisor } from '../common/process/index.ts';
import { IdentityRenewal } from '../common/renewal/index.ts';
import { BootstrapUpkeep, openAuthority, writeBootstrapIdentities } from './authority/index.ts';
import { controlConfig } from './config.ts';

await runProcess('control', async () => {
  await using stack = new AsyncDisposableStack();
  const config = loadConfig('control', controlConfig, await readConfigSources(process.env));
  const logger = createLogger({ process: 'control', level: config.logLevel, fields: { node: config.node } });
  const surroundings = { disk: nodeDisk, clock: systemClock, random: systemRandom, logger };

  const authority = await openAuthority({
    ...surroundings,
    folder: config.authorityFolder,
    processValidityMs: config.certificateLifetime,
    domains: [config.domain],
  });
  const identities = config.bootstrapIdentities;
  await writeBootstrapIdentities(authority, identities);
  tellSupervisor({ kind: 'identities' });

  const folder = config.identityFolder;
  const identity = await Identity.load(nodeDisk, folder);
  stack.use(BootstrapUpkeep.start({ ...surroundings, authority, identities }));
  stack.use(
    IdentityRenewal.start({
      ...surroundings,
      identity,
      folder,
      issue: (request) => authority.issueProcessCertificate(request, identity.id),
    }),
  );

  // Only now, so that loading all of it keeps nobody waiting for a certificate.
  const { startControl } = await import('./control.ts');
  const control = stack.use(await startControl({ ...surroundings, config, authority, identity }));
  const owned = stack.move();
  return { facts: control.facts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
});
