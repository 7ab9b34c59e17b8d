/** docs/cli.md: the guide, then a reference made from the definitions that parse the arguments. */
import type { Command } from '../cli/commands/index.ts';
import { CLI_GUIDE } from './cli-guide.ts';

export interface CliPageSources {
  readonly commands: readonly Command[];
  readonly commonOptions: Command['options'];
  readonly exitMeanings: readonly (readonly [code: number, meaning: string])[];
}

export function cliPage({ commands, commonOptions, exitMeanings }: CliPageSources): string {
  const common = Object.keys(commonOptions);
  return [
    '<!-- Made by `npm run docs`; edit docs/cli-guide.ts or the commands in cli/commands/. -->\n',
    CLI_GUIDE,
    '## Exit codes\n',
    table(
      ['code', 'meaning'],
      exitMeanings.map(([code, meaning]) => [String(code), meaning]),
    ),
    '## Reference\n',
    'Options of every command:\n',
    optionTable(commonOptions),
    ...commands.flatMap((command) => commandSection(command, common)),
  ].join('\n');
}

function commandSection(command: Command, common: readonly string[]): string[] {
  const own = Object.fromEntries(Object.entries(command.options).filter(([name]) => !common.includes(name)));
  const examples = command.examples.map(({ command: line, explanation }) => `# ${explanation}\n${line}`).join('\n\n');
  return [
    `### bramble ${command.name}\n`,
    `${capital(command.summary)}.\n`,
    `\`bramble ${command.name} ${command.usage}\`\n`.replace(' `', '`'),
    ...command.description.map((paragraph) => `${paragraph}\n`),
    ...(Object.keys(own).length > 0 ? [optionTable(own)] : []),
    ...(examples === '' ? [] : [`\`\`\`text\n${examples}\n\`\`\`\n`]),
    ...Object.values(command.subcommands).flatMap((sub) => commandSection(sub, common)),
  ];
}

function optionTable(options: Command['options']): string {
  const rows = Object.entries(options).map(([name, { short, type, value, description }]) => [
    `\`${short === undefined ? '' : `-${short}, `}--${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}\``,
    description,
  ]);
  return table(['option', 'what it does'], rows);
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(headings), `|${headings.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
