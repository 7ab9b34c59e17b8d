/** A view for tests: it remembers, in memory or in a file, which commands it applied at which height. */
import { join } from 'node:path';
import type { Disk } from '../../common/disk/index.ts';
import { Conflict } from '../../common/errors/index.ts';
import type { Command } from './command.ts';
import type { Outcome, View } from './command-log.ts';

const STATE_FILE = 'state.json';

export interface AppliedCommand {
  height: number;
  requestId: string;
}

export class TestView implements View {
  readonly name: string;
  readonly #disk: Disk;
  readonly #prefix: string;
  height = 0;
  applied: AppliedCommand[] = [];
  /** Called before an entry is applied; may wait or throw. */
  onApply: (height: number) => Promise<void> = async () => undefined;

  /** Handles the types that begin with `prefix`. A command with `{refuse: true}` is refused. */
  constructor(disk: Disk, name = 'test', prefix = 'test.') {
    this.#disk = disk;
    this.name = name;
    this.#prefix = prefix;
  }

  handles(type: string): boolean {
    return type.startsWith(this.#prefix);
  }

  appliedHeight(): number {
    return this.height;
  }

  async apply(height: number, commands: readonly Command[]): Promise<Outcome[]> {
    await this.onApply(height);
    if (height <= this.height) throw new Error(`Entry ${height} was applied behind ${this.height}.`);
    this.height = height;
    return commands.map(({ requestId, data }) => {
      if ((data as { refuse?: boolean } | undefined)?.refuse) return { ok: false, error: new Conflict('Refused.') };
      this.applied.push({ height, requestId });
      return { ok: true, value: requestId };
    });
  }

  async snapshot(folder: string): Promise<void> {
    const state = JSON.stringify({ height: this.height, applied: this.applied });
    await this.#disk.replaceFile(join(folder, STATE_FILE), Buffer.from(state));
  }

  async restore(folder: string): Promise<void> {
    const state = JSON.parse((await this.#disk.readFile(join(folder, STATE_FILE))).toString('utf8'));
    this.height = state.height;
    this.applied = state.applied;
  }
}
