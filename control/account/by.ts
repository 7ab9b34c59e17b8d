import type { Actor } from '../log/index.ts';

/** On whose behalf, and for which request, a command is made. */
export interface By {
  actor: Actor;
  requestId: string;
}

/** Makes a command of it, appends it, and answers what applying it gave. @throws the AppError it was refused with. */
export type Submit = <Value = unknown>(type: string, data: unknown, by: By) => Promise<Value>;
