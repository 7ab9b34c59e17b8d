/** `npm run bench -- <name>…`: runs benchmarks, prints a table, keeps the figures in `bench/results/<name>.json`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { type Benchmark, formatRow } from './measurement.ts';

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  log: async () => (await import('./micro/log.ts')).benchmark,
  'chunk-pipeline': async () => (await import('./micro/chunk-pipeline.ts')).benchmark,
  'large-objects': async () => (await import('./large-objects.ts')).benchmark,
  'small-objects': async () => (await import('./small-objects.ts')).benchmark,
  s3: async () => (await import('./s3.ts')).benchmark,
  k6: async () => (await import('./k6/scenarios.ts')).benchmark,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benchmarks));
if (names.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`There is no benchmark '${unknown.join("', '")}'.\n`);
  for (const [name, load] of Object.entries(benchmarks)) {
    process.stdout.write(`  ${name.padEnd(18)}${(await load()).summary}\n`);
  }
  process.exit(unknown.length > 0 ? 2 : 0);
}

mkdirSync('bench/results', { recursive: true });
for (const name of names) {
  const benchmark = await benchmarks[name]?.();
  if (!benchmark) continue;
  process.stdout.write(`${benchmark.name}: ${benchmark.summary}\n`);
  const rows = await benchmark.run();
  print(rows.map(formatRow));
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem(), node: process.version };
  const result = { benchmark: name, at: new Date().toISOString(), machine, rows };
  writeFileSync(`bench/results/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
}

function print(lines: string[][]): void {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines) {
    process.stdout.write(`  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`);
  }
}
