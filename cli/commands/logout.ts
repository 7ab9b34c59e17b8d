import { isBrokenConnection, RequestRefused } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { CredentialsFile, configHome } from '../profile/index.ts';

export const logout = defineCommand({
  name: 'logout',
  summary: 'end the session and forget it',
  usage: '',
  description: ['The session is forgotten here even when the bramble cannot be reached.'],
  examples: [
    { command: 'bramble logout', explanation: 'of the bramble last logged in to' },
    { command: 'bramble logout --profile home', explanation: 'of another one' },
  ],
  action: async ({ values, terminal, output, connect }) => {
    const file = new CredentialsFile(configHome(terminal.env));
    const name = values.profile ?? (terminal.env.BRAMBLE_PROFILE || (await file.read()).current);
    if ((await file.read()).profiles[name] === undefined) {
      output.note('You are not logged in.');
      return undefined;
    }
    try {
      const response = await (await connect()).sendOnce({ method: 'POST', path: '/api/account/logout' }, [401]);
      response.body.resume();
    } catch (error) {
      if (!isBrokenConnection(error) && !(error instanceof RequestRefused)) throw error;
      output.note(`The bramble could not be told; the session there ends by itself. (${(error as Error).message})`);
    }
    await file.change((now) => {
      const { [name]: _gone, ...profiles } = now.profiles;
      const current = now.current === name ? (Object.keys(profiles)[0] ?? 'default') : now.current;
      return { version: 1, current, profiles };
    });
    output.report({ profile: name, loggedOut: true }, 'Logged out.');
    return undefined;
  },
});
