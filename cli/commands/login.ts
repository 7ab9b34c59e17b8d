import {
  decideTrust,
  HttpsClient,
  logIn,
  type Me,
  ownNamespace,
  parseOrigin,
  type RequestRefused,
  readText,
  sessionTokens,
} from '../client/index.ts';
import { defineCommand, type Invocation, type OptionDefinitions } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { CredentialsFile, configHome, type Profile } from '../profile/index.ts';
import { ask, askHidden, askNewPassword, confirm, MOST_TRIES, readLines } from '../terminal/prompt.ts';

const DEFAULT_URL = 'https://localhost:8443';
const DEFAULT_USER = 'admin';

const options = {
  user: { type: 'string', short: 'u', value: 'NAME', description: 'who logs in (asked for; default: admin)' },
  'password-stdin': {
    type: 'boolean',
    description: 'read the password from the first line of stdin, and a new one, where it is required, from the second',
  },
  ca: {
    type: 'string',
    value: 'FILE',
    description: 'PEM file of the authority that signs the certificate',
    completion: 'local',
  },
  fingerprint: {
    type: 'string',
    value: 'SHA256',
    description: 'trust the authority that the bramble shows if it has this fingerprint, without asking',
  },
} as const satisfies OptionDefinitions;

export const login = defineCommand({
  name: 'login',
  summary: 'log in to a bramble',
  usage: '[URL]',
  description: [
    `Without a URL it is ${DEFAULT_URL}. A one-time password has to be replaced at once. The session is kept in ` +
      'credentials.json in ~/.config/bramble (or BRAMBLE_CONFIG_HOME), readable by you only, and renewed by itself.',
    'The certificate must be signed by the authority given with --ca, or one that the system trusts, or the one in ' +
      '.bramble of the working folder; else the fingerprint of the authority that the bramble shows is asked about.',
    'Scripts need no login: set BRAMBLE_URL and BRAMBLE_TOKEN (bramble token create), and BRAMBLE_CA where the system ' +
      'does not trust the authority. BRAMBLE_PASSWORD gives the password without a prompt.',
  ],
  options,
  arity: [0, 1],
  examples: [
    { command: 'bramble login', explanation: 'the bramble on this machine' },
    { command: 'bramble login https://home.example --user ada --profile home', explanation: 'another one, beside it' },
    {
      command: 'printf \'%s\\n%s\\n\' "$ONE_TIME" "$NEW" | bramble login --user admin --password-stdin',
      explanation: 'the first login, by a script',
    },
  ],
  action: async (invocation) => {
    const { values, operands, terminal, output, signal } = invocation;
    const origin = parseOrigin(operands[0] ?? (terminal.env.BRAMBLE_URL || DEFAULT_URL));
    const ca = await decideTrust({
      origin,
      folder: terminal.folder,
      caFile: values.ca ?? (terminal.env.BRAMBLE_CA || undefined),
      fingerprint: values.fingerprint,
      approve: async (fingerprint) => {
        terminal.stderr.write(
          `The authority of ${origin.host} is not known here. Its SHA-256 fingerprint:\n  ${fingerprint}\n`,
        );
        return confirm(
          terminal,
          'Trust it?',
          'Compare the fingerprint and give it with --fingerprint, or use --ca FILE.',
        );
      },
    });
    using client = new HttpsClient(origin, ca ?? undefined);
    const { name, password, newPassword } = await readCredentials(invocation);
    const answer = await logIn(client, { name, password }, signal, newPassword);
    const me = await fetchMe(client, answer.accessToken, signal);
    const profile: Profile = {
      url: origin.origin,
      ca,
      user: answer.user,
      namespace: ownNamespace(me) ?? answer.user.name,
      ...sessionTokens(answer),
    };
    const profileName = values.profile ?? (terminal.env.BRAMBLE_PROFILE || 'default');
    const file = new CredentialsFile(configHome(terminal.env));
    await file.change((now) => ({
      version: 1,
      current: profileName,
      profiles: { ...now.profiles, [profileName]: profile },
    }));
    output.report(
      { url: profile.url, user: profile.user, namespace: profile.namespace, profile: profileName },
      `Logged in to ${profile.url} as ${profile.user.name}.`,
    );
    return undefined;
  },
});

interface TypedCredentials {
  name: string;
  password: string;
  newPassword: (refused: RequestRefused | undefined) => Promise<string>;
}

async function readCredentials({ values, terminal }: Invocation<typeof options>): Promise<TypedCredentials> {
  if (values['password-stdin']) {
    const [password = '', newPassword] = await readLines(terminal, 2);
    return {
      name: values.user ?? DEFAULT_USER,
      password,
      newPassword: async (refused) => {
        if (refused) throw refused;
        if (newPassword) return newPassword;
        throw new UsageError('This password is for one use; give a new one in the second line.');
      },
    };
  }
  const fromEnvironment = terminal.env.BRAMBLE_PASSWORD;
  let tries = 0;
  const without = 'Give the password with --password-stdin or BRAMBLE_PASSWORD.';
  const name =
    values.user ??
    (fromEnvironment ? DEFAULT_USER : (await ask(terminal, `User name [${DEFAULT_USER}]: `, without)) || DEFAULT_USER);
  return {
    name,
    password: fromEnvironment || (await askHidden(terminal, `Password of ${name}: `, without)),
    newPassword: async (refused) => {
      if (tries === MOST_TRIES) throw refused;
      tries += 1;
      terminal.stderr.write(
        refused
          ? `The new password is not good: ${refused.fields?.newPassword}.\n`
          : 'This password is for one use; choose a new one.\n',
      );
      return await askNewPassword(terminal, 'Give a new password in the second line of --password-stdin.');
    },
  };
}

async function fetchMe(client: HttpsClient, accessToken: string, signal: AbortSignal): Promise<Me> {
  const response = await client.send({
    method: 'GET',
    path: '/api/account/me',
    headers: { authorization: `Bearer ${accessToken}` },
    signal,
  });
  const text = await readText(response.body);
  if (response.status !== 200) throw new Error(`The account could not be read: status ${response.status}.`);
  return JSON.parse(text) as Me;
}
