/** `npm run docs`: writes the pages that are made from definitions in the code. The one place that reads all processes'. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkserverConfig } from '../chunkserver/config.ts';
import { COMMON_OPTIONS } from '../cli/command/command.ts';
import { EXIT_MEANINGS } from '../cli/command/exit-code.ts';
import { commands } from '../cli/commands/index.ts';
import { upConfig } from '../cli/up/config.ts';
import { controlConfig } from '../control/config.ts';
import { gatewayConfig } from '../gateway/config.ts';
import { cliPage } from './cli-page.ts';
import { configurationPage } from './configuration-page.ts';

/** Text by file name. */
export async function makePages(): Promise<Record<string, string>> {
  const shown = Object.entries(commands).filter(([name]) => !name.startsWith('_'));
  return {
    'cli.md': cliPage({
      commands: await Promise.all(shown.map(([, load]) => load())),
      commonOptions: COMMON_OPTIONS,
      exitMeanings: EXIT_MEANINGS,
    }),
    'configuration.md': configurationPage({
      up: upConfig,
      control: controlConfig,
      gateway: gatewayConfig,
      chunkserver: chunkserverConfig,
    }),
  };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await makePages())) {
    await writeFile(join(import.meta.dirname, name), text);
    process.stdout.write(`docs/${name}\n`);
  }
}
