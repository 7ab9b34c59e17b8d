/** `bramble trust`: lets this machine's programs know the authority that signs the gateway's certificate. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig, readConfigSources } from '../../common/config/index.ts';
import { NotFound } from '../../common/errors/index.ts';
import { explain } from '../../common/process/index.ts';
import { upConfig } from '../up/config.ts';
import { type Installed, installAuthority } from './trust-stores.ts';

export const summary = 'let this machine trust the certificates of the bramble';

const HELP = `Shows the authority that signs the certificates of the bramble on this machine, or installs it.

Usage: bramble trust [options]

  --install          put it into the system's store, and into those of browsers when certutil is there
  --print            print the certificate itself (PEM)
  --data <folder>    the bramble's data folder (default: that of \`bramble up\`)
  --help             this

Examples:
  bramble trust
  sudo ./bramble trust --install
  bramble trust --print > bramble.crt
`;

export async function run(args: string[]): Promise<number> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    process.stderr.write(`bramble trust: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const dataFolder = values.data ?? loadConfig('up', upConfig, await readConfigSources(process.env)).dataFolder;
    const path = join(resolve(dataFolder), 'authority', 'root.crt');
    const pem = await readRoot(path);
    if (values.print) {
      process.stdout.write(pem);
      return 0;
    }
    return values.install ? report(await installAuthority(path, pem)) : describe(path, pem);
  } catch (error) {
    process.stderr.write(`bramble trust: ${explain(error)}\n`);
    return 1;
  }
}

function parse(args: string[]) {
  return parseArgs({
    args,
    options: {
      install: { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

async function readRoot(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new NotFound(`there is no ${path}; start the bramble first (bramble up), or name its folder (--data).`, {
      cause: error,
    });
  }
}

function describe(path: string, pem: string): number {
  const { subject, fingerprint256, validTo } = new X509Certificate(pem);
  process.stdout.write(
    [
      `certificate  ${path}`,
      `subject      ${subject.replaceAll('\n', ', ')}`,
      `sha256       ${fingerprint256}`,
      `valid to     ${validTo}`,
      '',
      `Use it once:      curl --cacert ${path} https://…`,
      'For good:         sudo ./bramble trust --install',
      '',
    ].join('\n'),
  );
  return 0;
}

function report(results: readonly Installed[]): number {
  for (const { store, problem } of results) {
    if (problem === undefined) process.stdout.write(`installed into ${store}\n`);
    else process.stderr.write(`bramble trust: ${store}: ${problem}\n`);
  }
  return results.every(({ problem }) => problem === undefined) ? 0 : 1;
}
