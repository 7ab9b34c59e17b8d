/** One transfer by curl, as people's tools do it. */
import { execFile } from 'node:child_process';
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
