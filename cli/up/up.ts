/** `bramble up`: a whole bramble on this machine, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { type Clock, systemClock } from '../../common/clock/index.ts';
import { CONFIG_FILE_VARIABLE, loadConfig, readConfigSources } from '../../common/config/index.ts';
import { explain } from '../../common/process/index.ts';
import { banner, factsLine, type Readiness } from './banner.ts';
import { upConfig } from './config.ts';
import { prepareDataFolder } from './data-folder.ts';
import { FolderLock } from './folder-lock.ts';
import { Logs } from './logs.ts';
import { planProcesses, portWishes } from './plan.ts';
import { claimPorts } from './ports.ts';
import { StopSignals } from './stop-signals.ts';
import { type Facts, Supervisor } from './supervisor.ts';

export const summary = 'run a whole bramble on this machine';

const HELP = `Starts a whole bramble on this machine: gateway, control and chunkservers, until Ctrl-C.

Usage: bramble up [options]

  --data <folder>    where everything is kept (default .bramble)
  --config <file>    configuration (default bramble.yaml, when there is one)
  --verbose          show the log of every process
  --json             print one line of JSON when ready, instead of the welcome
  --help             this

Examples:
  bramble up
  bramble up --data /srv/bramble --verbose
  BRAMBLE_UP_HTTPS_PORT=9443 bramble up

Every setting: docs/configuration.md, section up.
`;

interface UpOptions {
  data?: string;
  config?: string;
  verbose: boolean;
  json: boolean;
}

export async function run(args: string[]): Promise<number> {
  let options: UpOptions & { help: boolean };
  try {
    options = parseOptions(args);
  } catch (error) {
    say(`bramble up: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    return await up(options, systemClock);
  } catch (error) {
    say(`bramble up: ${explain(error)}`);
    return 1;
  }
}

async function up(options: UpOptions, clock: Clock): Promise<number> {
  const began = clock.monotonic() - process.uptime() * 1_000;
  const env = { ...process.env, ...(options.config !== undefined && { [CONFIG_FILE_VARIABLE]: options.config }) };
  const config = loadConfig('up', upConfig, await readConfigSources(env));
  await using stack = new AsyncDisposableStack();
  const dataFolder = await prepareDataFolder(options.data ?? config.dataFolder);
  const lock = stack.use(await FolderLock.take(dataFolder, clock));
  const plan = planProcesses(config, dataFolder, await claimPorts(portWishes(config)));
  const names = [plan.control, plan.gateway, ...plan.chunkservers].map(({ name }) => name);
  const show = options.verbose ? say : undefined;
  const logs = stack.use(await Logs.open({ dataFolder, config, names, notice, show }));
  const supervisor = stack.use(
    new Supervisor(plan, env, {
      clock,
      logger: logs.logger,
      startTimeoutMs: config.startTimeout,
      healthyAfterMs: config.healthyAfter,
      notice,
      output: (name, bytes) => logs.output(name, bytes),
      started: async (name, pid) => {
        try {
          await lock.addChild(name, pid);
        } catch (error) {
          // Only who takes over after our own death would miss it; the bramble must not stop for that.
          logs.logger.error({ err: error, child: name }, 'the lock could not be written');
        }
      },
    }),
  );
  const signals = stack.use(
    new StopSignals(clock, () => {
      supervisor.kill();
      notice('killed');
    }),
  );
  const facts = await unlessStopped(supervisor.start(), signals.stop);
  if (facts) {
    const readiness: Readiness = {
      domain: config.domain,
      httpsPort: plan.httpsPort,
      httpPort: plan.httpPort,
      s3Port: plan.s3Port,
      dataFolder,
      startedInMs: clock.monotonic() - began,
      pid: process.pid,
      pids: Object.fromEntries(supervisor.children.map(({ name, pid }) => [name, pid])),
      facts,
    };
    process.stdout.write(options.json ? factsLine(readiness) : banner(readiness));
    logs.logger.info({ startedInMs: readiness.startedInMs }, 'ready');
    await new Promise<void>((resolve) => {
      if (signals.stop.aborted) resolve();
      signals.stop.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  notice('stopping; Ctrl-C once more kills at once');
  const stopBegan = clock.monotonic();
  await supervisor[Symbol.asyncDispose]();
  notice(`stopped after ${((clock.monotonic() - stopBegan) / 1_000).toFixed(1)} s`);
  return 0;
}

/** What the start answers; undefined when a signal came before. */
async function unlessStopped(start: Promise<Facts>, stop: AbortSignal): Promise<Facts | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  stop.addEventListener('abort', () => stopped.resolve(undefined), { once: true });
  return await Promise.race([start, stopped.promise]);
}

function parseOptions(args: string[]): UpOptions & { help: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      config: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
}

function notice(line: string): void {
  say(`bramble up: ${line}`);
}

/** People read standard error; standard output is for the welcome, or the line of JSON. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
