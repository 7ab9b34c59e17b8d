/** Heartbeats: who is there, what they have, and what they are to do about it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { HeartbeatAnswer, HeartbeatRequest } from '../../../common/filesystem/index.ts';
import type { MasterContext } from './context.ts';
import type { Orders } from './orders.ts';

/** Chunks of a report that are looked at before others get their turn. */
const SLICE = 500;
/** What got lost between heartbeats comes to light after this long at most. */
const FULL_REPORT_EVERY_MS = 15 * 60_000;

export class Heartbeats {
  readonly #context: MasterContext;
  readonly #orders: Orders;
  readonly #epoch: number;

  constructor(context: MasterContext, orders: Orders) {
    this.#context = context;
    this.#orders = orders;
    this.#epoch = Math.max(1, context.clock.now());
  }

  async receive(node: string, heartbeat: HeartbeatRequest): Promise<HeartbeatAnswer> {
    const { clock, config, heard, servers, view } = this.#context;
    const known = view.nodes().find((record) => record.node === node);
    if (known?.state !== 'alive') await this.#context.submit('node.alive', { node, zone: heartbeat.zone });
    const server = servers.hear(node, heartbeat, clock.monotonic());
    await this.#learn(node, heartbeat);
    if (heartbeat.report.full) {
      server.hasReported = true;
      server.fullReportAtMs = clock.monotonic();
    }
    heard.notify();
    return {
      masterEpoch: this.#epoch,
      wantFullReport: clock.monotonic() - server.fullReportAtMs >= FULL_REPORT_EVERY_MS,
      ...this.#orders.answer(node),
      intervalMs: config.heartbeatIntervalMs,
    };
  }

  async #learn(node: string, { report, faults }: HeartbeatRequest): Promise<void> {
    const { checksumFaults, clock, replicas } = this.#context;
    if (report.full) replicas.dropAllBut(node, new Set(report.chunks.map(({ chunk }) => chunk)), clock.monotonic());
    for (const chunk of report.removed) {
      replicas.remove(chunk, node);
      this.#orders.examine(chunk, node);
    }
    for (const [index, chunk] of report.chunks.entries()) {
      if (index % SLICE === SLICE - 1) await turn();
      replicas.report(node, chunk, clock.monotonic());
      this.#orders.examine(chunk.chunk, node);
    }
    for (const { chunk, offset, detail } of faults) {
      checksumFaults.note({ chunk, node, offset, detail, foundBy: 'chunkserver' });
      replicas.markDamaged(chunk, node);
    }
  }
}
