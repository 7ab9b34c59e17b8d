/** What the appliers tell the caches over the records, once a change is committed. */
export type AccountChange =
  | { kind: 'user'; id: string }
  | { kind: 'session'; id: string }
  | { kind: 'token'; id: string }
  | { kind: 'namespace'; name: string }
  | { kind: 'signing-keys' }
  /** The records were restored: nothing remembered holds. */
  | { kind: 'everything' };

export class AccountChanges {
  readonly #listeners = new Set<(change: AccountChange) => void>();

  subscribe(listener: (change: AccountChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  announce(change: AccountChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
