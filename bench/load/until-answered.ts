/** Waits for a server that is starting. */
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** @throws when nothing below 500 is answered in time. Certificates are not looked at: this is loopback. */
export async function untilAnswered(url: string, timeoutMs: number): Promise<void> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const deadline = performance.now() + timeoutMs;
  try {
    for (;;) {
      try {
        const { statusCode, body } = await request(url, { dispatcher });
        await body.dump();
        if (statusCode < 500) return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      if (performance.now() > deadline) throw new Error(`${url} was not ready within ${timeoutMs} ms.`);
      await delay(100);
    }
  } finally {
    await dispatcher.close();
  }
}
