/**
 * Runs the processes of one bramble: control first, the others as soon as control has written their identities (it opens
 * its views meanwhile). Ends them in the order in which they need each other, so that nothing is cut off.
 */

import { processEnvironment, runtimeArguments, SOURCES } from '../launch.ts';
import { Child, type ChildOptions } from './child.ts';
import type { Plan, ProcessPlan } from './plan.ts';

/** Together under the five seconds that stopping may take. */
const GRACE_MS = { gateway: 1_700, chunkserver: 900, control: 1_700 } as const;

/** What the processes said about themselves, by name. */
export type Facts = Record<string, Record<string, string>>;

export class Supervisor implements AsyncDisposable {
  readonly #control: Child;
  readonly #gateway: Child;
  readonly #chunkservers: readonly Child[];

  constructor(
    plan: Plan,
    env: Record<string, string | undefined>,
    options: ChildOptions,
    args: (plan: ProcessPlan) => string[] = ({ role }) => runtimeArguments(role),
  ) {
    const child = (each: ProcessPlan) =>
      new Child(
        {
          name: each.name,
          args: args(each),
          env: processEnvironment(each.role, { ...env, ...each.env }),
          folder: SOURCES,
        },
        options,
      );
    this.#control = child(plan.control);
    this.#gateway = child(plan.gateway);
    this.#chunkservers = plan.chunkservers.map(child);
  }

  /** Starts all; answers once every process is ready. @throws what a process said when it refused to start. */
  async start(): Promise<Facts> {
    this.#control.start();
    await Promise.race([this.#control.identities, this.#control.ready]);
    for (const child of this.#others) child.start();
    const facts = await Promise.all(this.children.map(async (child) => [child.name, await child.ready] as const));
    return Object.fromEntries(facts);
  }

  get children(): readonly Child[] {
    return [this.#control, ...this.#others];
  }

  /** The gateway takes no more requests, then chunkservers finish what is theirs, then control. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway.stop(GRACE_MS.gateway);
    await Promise.all(this.#chunkservers.map((child) => child.stop(GRACE_MS.chunkserver)));
    await this.#control.stop(GRACE_MS.control);
  }

  /** All at once, without asking. */
  kill(): void {
    for (const child of this.children) child.kill();
  }

  get #others(): readonly Child[] {
    return [...this.#chunkservers, this.#gateway];
  }
}
