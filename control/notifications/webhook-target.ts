import { createHmac } from 'node:crypto';
import { Agent } from 'undici';
import type { z } from 'zod';
import { type Notice, Refused, SEND_TIMEOUT_MS, type Target } from './delivery.ts';
import type { webhookTarget } from './targets.ts';

const CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_LIMIT_BYTES = 64 * 1024;
/** What is wrong with the message itself: the same one would be refused again. */
const REFUSALS = new Set([400, 413, 415, 422]);

/** `POST` of each notice as JSON. 2xx is success; redirects are not followed. */
export class WebhookTarget implements Target {
  readonly #config: z.infer<typeof webhookTarget>;
  readonly #agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: SEND_TIMEOUT_MS,
    bodyTimeout: SEND_TIMEOUT_MS,
  });

  constructor(config: z.infer<typeof webhookTarget>) {
    this.#config = config;
  }

  async send({ id, event, body }: Notice, signal: AbortSignal): Promise<void> {
    const { url, secret } = this.#config;
    const { origin, pathname, search, username, password } = new URL(url);
    const response = await this.#agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'bramble',
        'x-bramble-delivery': id,
        'x-bramble-event': event.record.event,
        ...(secret !== undefined && { 'x-bramble-signature-256': signatureOf(body, secret) }),
        ...(username !== '' && { authorization: basic(username, password) }),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]),
    });
    await response.body.dump({ limit: ANSWER_LIMIT_BYTES, signal });
    const { statusCode } = response;
    if (statusCode >= 200 && statusCode < 300) return;
    const message = `${origin} answered ${statusCode}`;
    throw REFUSALS.has(statusCode) ? new Refused(message) : new Error(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

export function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

function basic(username: string, password: string): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
