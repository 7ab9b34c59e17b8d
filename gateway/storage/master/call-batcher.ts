/**
 * Many small questions in few calls: items that come while calls are in flight go together in the next one. At most two
 * calls are in flight, so that the other side can work on one while the next travels.
 */
import { BadGateway, fromProblem, Unavailable } from '../../../common/errors/index.ts';
import type { Answer } from '../../../common/filesystem/index.ts';

export interface CallBatcherOptions<Item, Value> {
  /** Named in the error when too many wait. */
  name: string;
  maxItemsPerCall: number;
  maxCallsInFlight: number;
  maxWaiting: number;
  /** Answers item by item, in order. */
  send(items: Item[]): Promise<Answer<Value>[]>;
  /** Runs `task` soon, after what is ready now has had its turn to submit. */
  soon?: (task: () => void) => void;
}

interface Waiter<Item, Value> {
  item: Item;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

export class CallBatcher<Item, Value> {
  readonly #options: CallBatcherOptions<Item, Value>;
  readonly #soon: (task: () => void) => void;
  #waiting: Waiter<Item, Value>[] = [];
  #inFlight = 0;
  #isScheduled = false;

  constructor(options: CallBatcherOptions<Item, Value>) {
    this.#options = options;
    this.#soon = options.soon ?? setImmediate;
  }

  /** @throws the item's own problem, what the call failed with, or Unavailable when too many wait already. */
  submit(item: Item): Promise<Value> {
    if (this.#waiting.length >= this.#options.maxWaiting) {
      return Promise.reject(new Unavailable(`Too many requests wait for ${this.#options.name}; try again soon.`));
    }
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0 || this.#inFlight >= this.#options.maxCallsInFlight) return;
    this.#isScheduled = true;
    this.#soon(() => {
      this.#isScheduled = false;
      void this.#call();
    });
  }

  async #call(): Promise<void> {
    const waiters = this.#waiting.splice(0, this.#options.maxItemsPerCall);
    this.#inFlight += 1;
    this.#schedule();
    try {
      const answers = await this.#options.send(waiters.map((waiter) => waiter.item));
      for (const [index, waiter] of waiters.entries()) settle(waiter, answers[index]);
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#schedule();
    }
  }
}

function settle<Item, Value>(waiter: Waiter<Item, Value>, answer: Answer<Value> | undefined): void {
  if (answer === undefined)
    waiter.reject(new BadGateway('The filesystem master answered fewer items than it was asked.'));
  else if (answer.ok) waiter.resolve(answer.value);
  else waiter.reject(fromProblem(answer.problem));
}
