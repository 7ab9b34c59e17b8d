import type { Answer } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { formatSize, parseSize } from '../terminal/quantity.ts';

const NAMESPACES = '/api/storage/namespaces';
const NO_LIMIT = 'none';

type Usage = Answer<`${typeof NAMESPACES}/:ns`, '$get'>;
type Kind = keyof Usage['used'];

const show = defineCommand({
  name: 'quota show',
  summary: 'show what a namespace uses of what it may',
  usage: '[NAMESPACE]',
  description: ['Bytes are those of objects, of their older versions, and of uploads that are not finished.'],
  arity: [0, 1],
  examples: [
    { command: 'bramble quota show', explanation: 'of your own namespace' },
    { command: 'bramble quota show club', explanation: "of an organisation's" },
  ],
  action: async ({ operands, output, connect }) => {
    const bramble = await connect();
    const usage = await bramble.json<Usage>('GET', pathOf(operands[0] ?? (await bramble.namespace())));
    output.result(usage, describe(usage));
    return undefined;
  },
});

const set = defineCommand({
  name: 'quota set',
  summary: 'limit what a namespace may use; administrators',
  usage: 'NAMESPACE',
  description: [
    'What is not named stays as it is. What is stored already stays, too: only what would make it more is refused.',
  ],
  options: {
    size: { type: 'string', value: 'SIZE', description: 'bytes in all, as 100GiB or 2TiB; none: no limit' },
    objects: { type: 'string', value: 'NUMBER', description: 'objects and their older versions; none: no limit' },
    buckets: { type: 'string', value: 'NUMBER', description: 'buckets; none: no limit' },
  },
  arity: [1, 1],
  examples: [
    { command: 'bramble quota set club --size 100GiB --objects 1000000', explanation: 'more is refused' },
    { command: 'bramble quota set club --size none', explanation: 'as much as there is room for' },
  ],
  action: async ({ values, operands, output, connect }) => {
    const wanted: Partial<Usage['quota']> = {
      ...(values.size !== undefined && { bytes: values.size === NO_LIMIT ? null : parseSize(values.size) }),
      ...(values.objects !== undefined && { objects: parseLimit('objects', values.objects) }),
      ...(values.buckets !== undefined && { buckets: parseLimit('buckets', values.buckets) }),
    };
    if (Object.keys(wanted).length === 0) throw new UsageError('Say which limit: --size, --objects or --buckets.');
    const bramble = await connect();
    const path = pathOf(operands[0] ?? '');
    const { quota } = await bramble.json<Usage>('GET', path);
    const usage = await bramble.json<Usage>('PUT', `${path}/quota`, { ...quota, ...wanted });
    output.report(usage, describe(usage));
    return undefined;
  },
});

export const quota = defineCommand({
  name: 'quota',
  summary: 'what namespaces use, and how much they may',
  usage: 'show | set',
  examples: [],
  subcommands: [show, set],
});

function describe({ namespace, used, quota: limits }: Usage): string {
  const line = (what: Kind, show: (value: number) => string) =>
    `${show(used[what])} of ${limits[what] === null ? 'no limit' : show(limits[what])}`;
  return [
    `${namespace} uses`,
    `  size     ${line('bytes', formatSize)}`,
    `  objects  ${line('objects', String)}`,
    `  buckets  ${line('buckets', String)}`,
  ].join('\n');
}

function parseLimit(what: Kind, text: string): number | null {
  if (text === NO_LIMIT) return null;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${what} is a number, or ${NO_LIMIT}; not '${text}'.`);
  return Number(text);
}

function pathOf(namespace: string): string {
  return `${NAMESPACES}/${encodeURIComponent(namespace)}`;
}
