/** GETs of large bodies from other processes: pooled connections as `InternalClient` has, made for many bytes each. */

import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Identity } from '../identity/index.ts';
import { errorOfAnswer } from './answer-error.ts';
import type { Target } from './client.ts';
import { type Download, DownloadConnection } from './download-connection.ts';
import { CONNECT_TIMEOUT_MS, callerOptions } from './secure-options.ts';

/** Connections kept to one address while nobody uses them: making one costs as much as reading several MiB. */
const KEPT_IDLE = 32;
/** Shorter than the server's own patience with idle connections. */
const IDLE_MS = 60_000;

export class DownloadClient implements AsyncDisposable {
  readonly #identity: Identity;
  readonly #renewal: Disposable;
  readonly #open = new Set<DownloadConnection>();
  #idle = new Map<string, DownloadConnection[]>();

  constructor(identity: Identity) {
    this.#identity = identity;
    this.#renewal = identity.onChange(() => this.#closeIdle());
  }

  /**
   * The body of a 2xx answer, which the caller consumes or destroys. It fails when the other side goes away or `signal`
   * aborts. @throws the AppError of any other answer; Unavailable when there is no connection.
   */
  async get(target: Target, path: string, signal: AbortSignal): Promise<Readable> {
    signal.throwIfAborted();
    const { status, body } = await this.#send(target, path, signal);
    if (status >= 200 && status < 300) return body;
    throw errorOfAnswer(await text(body), `The ${target.role} at ${target.address}`, status);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#renewal[Symbol.dispose]();
    for (const connection of this.#open) connection.destroy();
  }

  async #send(target: Target, path: string, signal: AbortSignal): Promise<Download> {
    const pool = this.#idle;
    const key = `${target.role} ${target.address}`;
    const connection = pool.get(key)?.pop() ?? this.#connect(target);
    const wasUsed = connection.wasUsed;
    const onAbort = () => connection.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    const release = () => {
      signal.removeEventListener('abort', onAbort);
      const kept = pool.get(key) ?? [];
      // After a renewal of our certificate, those made before are not used again.
      if (pool !== this.#idle || kept.length >= KEPT_IDLE) {
        connection.destroy();
        return;
      }
      pool.set(key, [...kept, connection]);
      connection.expireAfter(IDLE_MS);
    };
    try {
      return await connection.get(path, {}, release);
    } catch (error) {
      signal.throwIfAborted();
      // It may have been ended for being idle just when it was asked; a new one tells.
      if (!wasUsed) throw error;
      return await this.#send(target, path, signal);
    }
  }

  #connect(target: Target): DownloadConnection {
    const { hostname, port } = new URL(`https://${target.address}`);
    const connection = new DownloadConnection({
      ...callerOptions(this.#identity, target.role),
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port),
      timeout: CONNECT_TIMEOUT_MS,
    });
    const key = `${target.role} ${target.address}`;
    this.#open.add(connection);
    connection.onClose(() => {
      this.#open.delete(connection);
      const idle = this.#idle.get(key)?.filter((other) => other !== connection);
      if (idle && idle.length > 0) this.#idle.set(key, idle);
      else this.#idle.delete(key);
    });
    return connection;
  }

  #closeIdle(): void {
    const idle = [...this.#idle.values()].flat();
    this.#idle = new Map();
    for (const connection of idle) connection.destroy();
  }
}
