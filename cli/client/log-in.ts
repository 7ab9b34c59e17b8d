/** The exchange of a name and a password for a session, with the change of a one-time password on the way. */

import type { Answer } from './answer.ts';
import { type HttpsClient, readText } from './https-client.ts';
import { RequestRefused } from './request-refused.ts';

const LOGIN_TIMEOUT_MS = 30_000;

export type LoginAnswer = Answer<'/api/account/login', '$post'>;

export interface LoginRequest {
  readonly name: string;
  readonly password: string;
  readonly newPassword?: string;
}

/**
 * @param chooseNewPassword asked when the password was for one use, and again, with the reason, when the one it gave is
 * refused. It ends that by throwing.
 */
export async function logIn(
  client: HttpsClient,
  request: LoginRequest,
  signal: AbortSignal,
  chooseNewPassword: (refused: RequestRefused | undefined) => Promise<string>,
): Promise<LoginAnswer> {
  for (let asked = request; ; ) {
    try {
      return await postLogin(client, asked, signal);
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      const mustChange = error.code === 'password-change-required' && asked.newPassword === undefined;
      const isRefused = error.fields?.newPassword !== undefined && asked.newPassword !== undefined;
      if (!mustChange && !isRefused) throw error;
      asked = { ...asked, newPassword: await chooseNewPassword(isRefused ? error : undefined) };
    }
  }
}

async function postLogin(client: HttpsClient, request: LoginRequest, signal: AbortSignal): Promise<LoginAnswer> {
  const response = await client.send({
    method: 'POST',
    path: '/api/account/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal,
    idleTimeoutMs: LOGIN_TIMEOUT_MS,
  });
  if (response.status >= 400) throw await RequestRefused.from(response, 'Logging in');
  return JSON.parse(await readText(response.body)) as LoginAnswer;
}
