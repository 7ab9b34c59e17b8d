import { defineCommand } from '../command/command.ts';
import { UsageError } from '../command/exit-code.ts';
import { completionScript, SHELLS } from '../completion/scripts.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'print the completion script of a shell',
  usage: SHELLS.join(' | '),
  description: ['Completes commands, options, namespaces, buckets and keys.'],
  operands: [SHELLS],
  arity: [1, 1],
  examples: [
    { command: 'echo \'eval "$(bramble completion bash)"\' >> ~/.bashrc', explanation: 'bash' },
    { command: 'echo \'eval "$(bramble completion zsh)"\' >> ~/.zshrc', explanation: 'zsh, after compinit' },
    { command: 'bramble completion fish > ~/.config/fish/completions/bramble.fish', explanation: 'fish' },
  ],
  action: async ({ operands, terminal }) => {
    const shell = SHELLS.find((known) => known === operands[0]);
    if (shell === undefined)
      throw new UsageError(`There are scripts for ${SHELLS.join(', ')}; not for '${operands[0]}'.`);
    terminal.stdout.write(completionScript(shell));
    return undefined;
  },
});
