/** Transfers by curl, as people's tools do them. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Seconds that the transfer took, connection included. @throws Error when it failed or was not answered with 2xx. */
export async function curlSeconds(
  url: string,
  options: { upload?: string; token?: string; ca: string },
): Promise<number> {
  const args = ['--silent', '--show-error', '--fail', '--cacert', options.ca, '--output', '/dev/null', '--http1.1'];
  if (options.token !== undefined) args.push('--header', `authorization: Bearer ${options.token}`);
  if (options.upload !== undefined) args.push('--upload-file', options.upload);
  const { stdout } = await execute('curl', [...args, '--write-out', '%{time_total}', url]);
  return Number(stdout);
}

/**
 * Seconds that all the transfers took, `streams` at a time: PUTs of `uploadBytes` random bytes each, or GETs.
 * @throws Error when any was not answered with 2xx.
 */
export async function curlTogether(urls: readonly string[], streams: number, uploadBytes?: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-curl-'));
  try {
    const [body, config] = [join(folder, 'body'), join(folder, 'config')];
    if (uploadBytes !== undefined) writeFileSync(body, randomBytes(uploadBytes));
    const upload = uploadBytes === undefined ? '' : `upload-file = "${body}"\n`;
    writeFileSync(config, urls.map((url) => `url = "${url}"\n${upload}output = "/dev/null"\n`).join(''));
    const began = performance.now();
    const together = ['--parallel', '--parallel-max', String(streams), '--fail-early'];
    await execute('curl', ['--silent', '--show-error', '--fail', '--http1.1', ...together, '--config', config]);
    return (performance.now() - began) / 1_000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
