import { X509Certificate } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CredentialsFile } from '../profile/index.ts';
import { PASSWORD, startTestServer, type TestServer } from '../test-server.ts';
import { openTestTerminal, type TestTerminal } from '../test-terminal.ts';
import { typist } from '../test-typist.ts';
import { login as loginCommand } from './login.ts';

let server: TestServer;
let terminal: TestTerminal;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  server.lifetimeMs = 900_000;
  server.isPasswordOneTime = false;
  server.refreshes.clear();
  terminal = await openTestTerminal();
  await writeFile(join(terminal.folder, 'ca.pem'), server.ca);
  return () => terminal[Symbol.asyncDispose]();
});

const byPassword = ['--user', 'admin', '--password-stdin'];
const login = (...more: string[]) => terminal.run(['login', server.url, ...byPassword, ...more], { input: PASSWORD });
const loginWithCa = () => login('--ca', join(terminal.folder, 'ca.pem'));

describe('trust', () => {
  test('an unknown authority is not trusted without being asked for', async () => {
    const { code, stderr } = await login();
    expect(code).toBe(2);
    expect(stderr).toContain(new X509Certificate(server.ca).fingerprint256);
  });

  test('a fingerprint known beforehand is enough, another one is refused', async () => {
    const fingerprint = new X509Certificate(server.ca).fingerprint256;
    expect(await login('--fingerprint', fingerprint.toLowerCase().replaceAll(':', ''))).toMatchObject({ code: 0 });
    expect(await login('--fingerprint', fingerprint.replaceAll(/[0-9]/g, 'A'))).toMatchObject({ code: 3 });
  });
});

describe('login', () => {
  test('keeps the session where only its owner can read it', async () => {
    expect(await loginWithCa()).toMatchObject({ code: 0, stdout: `Logged in to ${server.url} as admin.\n` });
    expect((await stat(join(terminal.configHome, 'credentials.json'))).mode & 0o777).toBe(0o600);
    expect(await terminal.run(['whoami', '--json'])).toMatchObject({ code: 0 });
  });

  test('replaces a one-time password by the second line', async () => {
    server.isPasswordOneTime = true;
    const args = ['login', server.url, ...byPassword, '--ca', join(terminal.folder, 'ca.pem')];
    expect(await terminal.run(args, { input: 'one-time\n' })).toMatchObject({ code: 2 });
    expect(await terminal.run(args, { input: 'one-time\na new and long one\n' })).toMatchObject({ code: 0 });
  });

  test('a person whose new password is refused is told why and asked again', async () => {
    server.isPasswordOneTime = true;
    const person = typist(
      [
        ['Password of admin: ', 'one-time'],
        ['New password: ', 'short'],
        ['Once more: ', 'short'],
        ['New password: ', 'a new and long one'],
        ['Once more: ', 'a new and long one'],
      ],
      { BRAMBLE_CONFIG_HOME: terminal.configHome },
    );
    const args = [server.url, '--user', 'admin', '--ca', join(terminal.folder, 'ca.pem')];
    expect(await loginCommand.run(args, person.terminal), person.shown()).toBe(0);
    expect(person.shown()).toContain('The new password is not good: at least 12 characters.');
  });

  test('a script whose new password is refused gets the reason', async () => {
    server.isPasswordOneTime = true;
    const args = ['login', server.url, ...byPassword, '--ca', join(terminal.folder, 'ca.pem')];
    const { code, stderr } = await terminal.run(args, { input: 'one-time\nshort\n' });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('newPassword') });
  });

  test('a wrong password is exit code 3, with the server’s reason and the request', async () => {
    const args = ['login', server.url, ...byPassword, '--ca', join(terminal.folder, 'ca.pem')];
    expect(await terminal.run(args, { input: 'wrong' })).toEqual({
      code: 3,
      stdout: '',
      stderr: 'bramble: The name or the password is wrong.\n         request req_1\n',
    });
  });

  test('after logout there is no session any more', async () => {
    await loginWithCa();
    expect(await terminal.run(['logout'])).toMatchObject({ code: 0 });
    expect(await terminal.run(['whoami'])).toMatchObject({ code: 3 });
  });

  test('a token in the environment needs no login', async () => {
    const env = { BRAMBLE_URL: server.url, BRAMBLE_TOKEN: 'bramble_api', BRAMBLE_CA: join(terminal.folder, 'ca.pem') };
    expect(await terminal.run(['ls'], { env })).toMatchObject({ code: 0 });
  });
});

test('commands at once renew an ended session without using a refresh token twice', async () => {
  server.lifetimeMs = 1; // each access token has ended when it comes
  await loginWithCa();
  server.lifetimeMs = 900_000;
  const results = await Promise.all(Array.from({ length: 8 }, () => terminal.run(['whoami'])));
  expect(results.map(({ code }) => code)).toEqual(Array(8).fill(0));
  expect([...server.refreshes.values()]).toEqual([1]);
  const { profiles } = await new CredentialsFile(terminal.configHome).read();
  expect(Date.parse(profiles.default?.expiresAt ?? '')).toBeGreaterThan(Date.now());
});
