/** Every command by its first word; loaded only when it is called, so that each starts fast. */
import type { Command } from '../command/command.ts';

export type { Command, Example, OptionDefinition } from '../command/command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  login: async () => (await import('./login.ts')).login,
  logout: async () => (await import('./logout.ts')).logout,
  whoami: async () => (await import('./whoami.ts')).whoami,
  ls: async () => (await import('./ls.ts')).ls,
  mb: async () => (await import('./mb.ts')).mb,
};
