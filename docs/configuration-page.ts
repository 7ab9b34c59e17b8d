/** docs/configuration.md: every setting of every process, from the schemas that check them. */
import { type ZodObject, z } from 'zod';
import { environmentName, type Section } from '../common/config/index.ts';
import { table } from './cli-page.ts';

const INTRODUCTION = `<!-- Made by \`npm run docs\` from the schemas in config.ts of each process. -->

# Configuration

Nothing has to be configured. What is, stands in \`bramble.yaml\` in the working folder (or the file that \`BRAMBLE_CONFIG\` names),
one section for each process, and in environment variables, which go before the file:

\`\`\`yaml
up:
  httpsPort: 443
  chunkservers: 5
\`\`\`

An unknown key, or a wrong value, is refused at the start with its path and what was expected. Sizes are written as \`64MiB\`, durations
as \`30s\`, \`15m\`, \`12h\` or \`7d\`. \`bramble up\` sets most of what control, gateway and chunkservers need: their sections are for
processes that are run one by one.
`;

const TITLES: Record<Section, string> = {
  up: 'a whole bramble on one machine (`bramble up`)',
  control: 'control',
  gateway: 'a gateway',
  chunkserver: 'a chunkserver',
};

interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
}

export function configurationPage(schemas: Readonly<Record<Section, ZodObject>>): string {
  const sections = Object.entries(schemas).map(([section, schema]) => {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    const rows = leaves(json, []).map(({ path, leaf }) => [
      `\`${path.join('.')}\``,
      leaf.default === undefined ? '' : `\`${JSON.stringify(leaf.default)}\``,
      descriptionOf(leaf),
      `\`${environmentName(section as Section, path)}\``,
    ]);
    return `## \`${section}\`: ${TITLES[section as Section]}\n\n${table(['key', 'default', 'what it is', 'variable'], rows)}`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function leaves(schema: JsonSchema, path: readonly string[]): { path: readonly string[]; leaf: JsonSchema }[] {
  if (!schema.properties) return [{ path, leaf: schema }];
  return Object.entries(schema.properties).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function descriptionOf({ description = '', enum: values }: JsonSchema): string {
  return values === undefined
    ? description
    : `${description} One of ${values.map((value) => `\`${value}\``).join(', ')}.`.trim();
}
