import type { Command, OptionDefinition } from './command.ts';

const WIDTH = 100;

/** The page that `bramble COMMAND --help` prints. */
export function helpText(command: Command): string {
  const subcommands = Object.values(command.subcommands);
  const sections = [
    `bramble ${command.name} — ${command.summary}`,
    `Usage: bramble ${command.name} ${command.usage}`.trimEnd(),
    ...command.description.map((paragraph) => wrap(paragraph, WIDTH).join('\n')),
  ];
  if (subcommands.length > 0) {
    sections.push(
      block(
        'Subcommands',
        subcommands.map((sub) => [`${sub.name} ${sub.usage}`.trimEnd(), sub.summary]),
      ),
    );
  }
  const options = Object.entries(command.options).map(([name, option]): [string, string] => [
    optionLabel(name, option),
    option.description,
  ]);
  sections.push(block('Options', options));
  if (command.examples.length > 0) {
    const examples = command.examples.map(({ command: line, explanation }) => `  # ${explanation}\n  ${line}`);
    sections.push(`Examples:\n${examples.join('\n\n')}`);
  }
  return `${sections.join('\n\n')}\n`;
}

/** `-n, --namespace NAME` */
export function optionLabel(name: string, option: OptionDefinition): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `${short}--${name}${option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}`;
}

/** A heading with two columns below; the left one as wide as its widest entry, the right one wrapped. */
export function block(heading: string, rows: readonly (readonly [string, string])[]): string {
  const left = Math.min(34, Math.max(...rows.map(([label]) => label.length)));
  const lines = rows.flatMap(([label, text]) => {
    const [first = '', ...more] = wrap(text, WIDTH - left - 4);
    const continued = more.map((line) => `${' '.repeat(left + 4)}${line}`);
    return label.length > left
      ? [`  ${label}`, `${' '.repeat(left + 4)}${first}`, ...continued]
      : [`  ${label.padEnd(left)}  ${first}`, ...continued];
  });
  return `${heading}:\n${lines.join('\n')}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
