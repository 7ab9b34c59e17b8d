/** Every command by its first word; loaded only when it is called, so that each starts fast. */
import type { Command } from '../command/command.ts';

export type { Command, Example, OptionDefinition } from '../command/command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  login: async () => (await import('./login.ts')).login,
  logout: async () => (await import('./logout.ts')).logout,
  whoami: async () => (await import('./whoami.ts')).whoami,
  put: async () => (await import('./put.ts')).put,
  get: async () => (await import('./get.ts')).get,
  ls: async () => (await import('./ls.ts')).ls,
  cat: async () => (await import('./cat.ts')).cat,
  rm: async () => (await import('./rm.ts')).rm,
  cp: async () => (await import('./cp.ts')).cp,
  mv: async () => (await import('./mv.ts')).mv,
  mb: async () => (await import('./mb.ts')).mb,
  rb: async () => (await import('./rb.ts')).rb,
};
