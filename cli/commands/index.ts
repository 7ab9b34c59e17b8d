/** Every command by its first word; loaded only when it is called, so that each starts fast. */
import type { Command } from '../command/command.ts';

export type { Command, Example, OptionDefinition } from '../command/command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  login: async () => (await import('./login.ts')).login,
  logout: async () => (await import('./logout.ts')).logout,
  password: async () => (await import('./password.ts')).password,
  session: async () => (await import('./session.ts')).session,
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
  share: async () => (await import('./share.ts')).share,
  status: async () => (await import('./status.ts')).status,
  storage: async () => (await import('./storage.ts')).storage,
  token: async () => (await import('./token.ts')).token,
  'access-key': async () => (await import('./access-key.ts')).accessKey,
  user: async () => (await import('./user.ts')).user,
  namespace: async () => (await import('./namespace.ts')).namespace,
  quota: async () => (await import('./quota.ts')).quota,
  audit: async () => (await import('./audit.ts')).audit,
  completion: async () => (await import('./completion.ts')).completion,
  __complete: async () => (await import('./complete.ts')).completeCommand,
};
