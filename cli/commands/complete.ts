/** `bramble __complete -- WORD…`: what the completion scripts ask. Answers nothing rather than an error. */
import { Connection } from '../client/index.ts';
import { type Command, defineCommand } from '../command/command.ts';
import { type Candidates, complete } from '../completion/complete.ts';
import { remoteCandidates } from '../completion/remote-candidates.ts';
import { CredentialsFile, configHome } from '../profile/index.ts';
import { openSystemTerminal, type Terminal } from '../terminal/terminal.ts';
import { commands } from './index.ts';

const PATIENCE_MS = 2_000;

/** Commands of the supervisor and the processes, which have no definition here. */
const OTHERS = [
  { word: 'up', description: 'run a whole bramble on this machine' },
  { word: 'trust', description: 'let this machine trust the certificates of the bramble' },
  { word: 'help', description: 'help for a command' },
];

export const completeCommand: Command = {
  ...defineCommand({ name: '__complete', summary: 'answer completion scripts', usage: '-- WORD…', examples: [] }),
  // The words are those of another command: nothing of them is an option of this one.
  run: (args, terminal = openSystemTerminal()) => answerCompletion(args, terminal),
};

async function answerCompletion(args: readonly string[], terminal: Terminal): Promise<number> {
  const words = args[0] === '--' ? args.slice(1) : args;
  const signal = AbortSignal.any([terminal.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const load = async (name: string): Promise<Command | undefined> => commands[name]?.();
  const found = await complete(words, {
    load,
    commands: async () => {
      const own = Object.keys(commands).filter((name) => !name.startsWith('_'));
      const described = own.map(async (word) => ({ word, description: (await load(word))?.summary ?? '' }));
      return [...OTHERS, ...(await Promise.all(described))];
    },
    profiles: async () => Object.keys((await new CredentialsFile(configHome(terminal.env)).read()).profiles),
    remotePaths: async (prefix, { profile, namespace }) => {
      const bramble = await Connection.open({
        env: terminal.env,
        profile,
        namespace,
        retryForMs: 0,
        signal,
        onRetry: () => undefined,
      });
      try {
        return await remoteCandidates(bramble, prefix);
      } finally {
        bramble.close();
      }
    },
  }).catch((error: unknown): Candidates => {
    if (terminal.env.BRAMBLE_DEBUG === '1') terminal.stderr.write(`${String(error)}\n`);
    return { candidates: [], directive: 'done' };
  });
  const lines = found.candidates.map(({ word, description }) => `${word}\t${description}`);
  terminal.stdout.write(`${[...lines, `:${found.directive}`].join('\n')}\n`);
  return 0;
}
