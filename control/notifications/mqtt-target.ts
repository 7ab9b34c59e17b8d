import type { MqttClient } from 'mqtt';
import type { z } from 'zod';
import type { Clock } from '../../common/clock/index.ts';
import { type Notice, SEND_TIMEOUT_MS, type Target } from './delivery.ts';
import type { mqttTarget } from './targets.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_SECONDS = 30;

/**
 * Each notice is published with QoS 1 and is delivered once the broker acknowledged it. The connection is made when it is
 * needed, and made anew by the next attempt when it was lost: one thing, the delivery's retries, decides when to try again.
 */
export class MqttTarget implements Target {
  readonly #config: z.infer<typeof mqttTarget>;
  readonly #clientId: string;
  readonly #clock: Clock;
  #client: Promise<MqttClient> | undefined;

  /** `clientId`: a broker ends an older connection of the same one. */
  constructor(config: z.infer<typeof mqttTarget>, clientId: string, clock: Clock) {
    this.#config = config;
    this.#clientId = clientId;
    this.#clock = clock;
  }

  async send({ body }: Notice, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#client ??= this.#connect();
    const connecting = this.#client;
    try {
      const client = await connecting;
      if (!client.connected) throw new Error('The connection to the broker was lost.');
      await this.#inTime(client.publishAsync(this.#config.topic, body, { qos: 1 }), signal);
    } catch (error) {
      await this.#drop(connecting);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#client) await this.#drop(this.#client);
  }

  async #connect(): Promise<MqttClient> {
    const { url, username, password } = this.#config;
    const options = {
      clientId: this.#clientId,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEP_ALIVE_SECONDS,
      reconnectPeriod: 0,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    };
    // Loaded by who has such a target only: it is a megabyte of code.
    const { connectAsync } = await import('mqtt');
    const client = await connectAsync(url, options, false);
    // What goes wrong later shows in the next attempt to publish.
    client.on('error', () => undefined);
    return client;
  }

  /** mqtt.js waits for an acknowledgement for ever. */
  async #inTime(publishing: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    try {
      const tooLate = this.#clock.sleep(SEND_TIMEOUT_MS, AbortSignal.any([signal, timer.signal])).then(() => {
        throw new Error('The broker did not acknowledge in time.');
      });
      await Promise.race([publishing, tooLate]);
    } finally {
      timer.abort();
    }
  }

  async #drop(connecting: Promise<MqttClient>): Promise<void> {
    if (this.#client === connecting) this.#client = undefined;
    const client = await connecting.catch(() => undefined);
    await client?.endAsync(true);
  }
}
