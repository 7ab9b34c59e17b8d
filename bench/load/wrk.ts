/** Many small requests by wrk, which costs the measured side little CPU. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface WrkLoad {
  method: 'PUT' | 'GET';
  url: string;
  /** Path and query of each request, one after the other, then again from the first. */
  targets: readonly string[] | { prefix: string; count: number };
  headers?: Record<string, string>;
  bodyBytes?: number;
  connections: number;
  seconds: number;
}

/** Requests answered with 2xx per second. @throws Error when any was answered otherwise. */
export async function wrkRate(load: WrkLoad): Promise<number> {
  if (!existsSync('/usr/bin/wrk')) throw new Error('This benchmark needs wrk: apt-get install wrk');
  const folder = mkdtempSync(join(tmpdir(), 'bramble-wrk-'));
  try {
    const script = join(folder, 'load.lua');
    const list = join(folder, 'targets');
    if ('prefix' in load.targets) writeFileSync(script, luaOf(load, counting(load.targets)));
    else {
      writeFileSync(list, load.targets.join('\n'));
      writeFileSync(script, luaOf(load, listed(list, load.targets.length)));
    }
    const options = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '--timeout', '30s'];
    const { stdout } = await execute('wrk', [...options, '-s', script, load.url]);
    const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
    if (/Non-2xx|Socket errors/.test(stdout) || !(rate > 0)) throw new Error(`Not all was answered well:\n${stdout}`);
    return rate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface LuaTargets {
  setUp: string;
  target: string;
  count: number;
}

function counting({ prefix, count }: { prefix: string; count: number }): LuaTargets {
  return { setUp: '', target: `"${prefix}" .. n`, count };
}

function listed(file: string, count: number): LuaTargets {
  return {
    setUp: `local list = {}\nfor line in io.lines("${file}") do list[#list + 1] = line end`,
    target: 'list[n]',
    count,
  };
}

function luaOf({ method, headers = {}, bodyBytes }: WrkLoad, { setUp, target, count }: LuaTargets): string {
  const fields = Object.entries(headers).map(([name, value]) => `["${name}"] = "${value}"`);
  return `
local n = 0
${setUp}
local headers = { ${fields.join(', ')} }
local body = ${bodyBytes === undefined ? 'nil' : `string.rep("x", ${bodyBytes})`}
request = function()
  n = n % ${count} + 1
  return wrk.format("${method}", ${target}, headers, body)
end
`;
}
