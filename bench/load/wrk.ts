/** Many small requests by wrk, which costs the measured side little CPU. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface WrkLoad {
  method: 'PUT' | 'GET';
  /** Requests go to `${url}${path}<n>`, n counting up to `keys`, then again from 1. */
  url: string;
  path: string;
  keys: number;
  bodyBytes?: number;
  token: string;
  connections: number;
  seconds: number;
}

/** Requests answered with 2xx per second. @throws Error when any was answered otherwise. */
export async function wrkRate(load: WrkLoad): Promise<number> {
  if (!existsSync('/usr/bin/wrk')) throw new Error('This benchmark needs wrk: apt-get install wrk');
  const folder = mkdtempSync(join(tmpdir(), 'bramble-wrk-'));
  try {
    const script = join(folder, 'load.lua');
    writeFileSync(script, luaOf(load));
    const duration = `-d${load.seconds}s`;
    const { stdout } = await execute('wrk', ['-t1', `-c${load.connections}`, duration, '-s', script, load.url]);
    const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
    if (/Non-2xx|Socket errors/.test(stdout) || !(rate > 0)) throw new Error(`Not all was answered well:\n${stdout}`);
    return rate;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function luaOf(load: WrkLoad): string {
  return `
local n = 0
local headers = { ["authorization"] = "Bearer ${load.token}", ["content-type"] = "application/octet-stream" }
local body = ${load.bodyBytes === undefined ? 'nil' : `string.rep("x", ${load.bodyBytes})`}
request = function()
  n = n % ${load.keys} + 1
  return wrk.format("${load.method}", "${load.path}" .. n, headers, body)
end
`;
}
