/** Connections in all and by address, counted before the TLS handshake: a refused one costs next to nothing. */
import type { Socket } from 'node:net';
import { addressKey } from './request-rate.ts';

export class ConnectionCount {
  readonly #limits: { connections: number; connectionsPerAddress: number };
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: { connections: number; connectionsPerAddress: number }) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** Counts the connection until it closes; or cuts it and answers false. */
  admit(socket: Socket): boolean {
    const key = addressKey(socket.remoteAddress ?? '');
    const ofAddress = this.#byAddress.get(key) ?? 0;
    if (this.#total >= this.#limits.connections || ofAddress >= this.#limits.connectionsPerAddress) {
      socket.destroy();
      return false;
    }
    this.#total += 1;
    this.#byAddress.set(key, ofAddress + 1);
    socket.once('close', () => {
      this.#total -= 1;
      const left = (this.#byAddress.get(key) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(key);
      else this.#byAddress.set(key, left);
    });
    return true;
  }
}
