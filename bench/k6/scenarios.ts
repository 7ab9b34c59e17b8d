/** Runs the k6 scenarios against a bramble of its own and reads their summaries. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startBramble } from '../../test/bramble.ts';
import { TestClient } from '../../test/client.ts';
import { type Benchmark, figure, type Row } from '../measurement.ts';

const execute = promisify(execFile);
const VERSION = 'v1.8.1';
const ROUNDS = 3;

interface Scenario {
  what: string;
  script: string;
  env: Record<string, string>;
}

const SCENARIOS: Scenario[] = [
  { what: 'log in, 4 clients', script: 'login.js', env: {} },
  ...[
    [4096, 32],
    [1 << 20, 8],
    [64 << 20, 4],
  ].flatMap(([size, clients]) =>
    ['PUT', 'GET'].map((METHOD) => ({
      what: `${METHOD} ${(size ?? 0) / 1024} KiB, ${clients} clients`,
      script: 'objects.js',
      env: { SIZE: String(size), CLIENTS: String(clients), METHOD },
    })),
  ),
];

export const benchmark: Benchmark = {
  name: 'k6',
  summary: 'login, PUT and GET through the gateway, small and large, by k6',
  run: async (): Promise<Row[]> => {
    const program = findK6();
    await using bramble = await startBramble();
    const { accessToken } = await bramble.login();
    await using client = new TestClient(bramble, accessToken);
    await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'bench', visibility: 'private' });
    const base = {
      BRAMBLE_URL: bramble.url,
      BRAMBLE_TOKEN: accessToken,
      BRAMBLE_USERS: `admin:${bramble.password}`,
      SSL_CERT_FILE: bramble.caFile,
    };
    const rows: Row[] = [];
    for (const scenario of SCENARIOS) {
      const samples: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        samples.push(await requestRate(program, scenario.script, { ...base, ...scenario.env }));
      }
      rows.push({ what: scenario.what, unit: 'requests/s', ours: figure(samples) });
    }
    return rows;
  },
};

/** @throws Error when a check failed: a rate of failures is no rate. */
async function requestRate(program: string, script: string, env: Record<string, string>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-k6-'));
  try {
    const summary = join(folder, 'summary.json');
    const args = ['run', '--quiet', '--summary-export', summary, join(import.meta.dirname, script)];
    await execute(program, args, { env: { ...process.env, ...env, K6_NO_USAGE_REPORT: 'true' } });
    const { metrics } = JSON.parse(readFileSync(summary, 'utf8')) as {
      metrics: { http_reqs: { rate: number }; checks: { fails: number } };
    };
    if (metrics.checks.fails > 0)
      throw new Error(`${script}: ${metrics.checks.fails} requests were not answered well.`);
    return metrics.http_reqs.rate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** k6 on the PATH or where Go puts what it installs. */
function findK6(): string {
  const candidates = ['k6', join(process.env.GOBIN ?? join(process.env.HOME ?? '', 'go', 'bin'), 'k6')];
  for (const candidate of candidates) {
    try {
      execFileSync(candidate, ['version'], { stdio: 'ignore' });
      return candidate;
    } catch {
      // Not there: the next place.
    }
  }
  throw new Error(`This benchmark needs k6: go install go.k6.io/k6@${VERSION}`);
}
