import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from '../metrics/index.ts';
import type { Readiness } from './readiness.ts';

/**
 * Answers `GET /health` (alive), `/ready` (200, or 503 with what it waits for) and `/metrics` (Prometheus text).
 * Returns whether the request was one of these.
 */
export async function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  readiness: Readiness,
  metrics: Registry,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  switch (request.url) {
    case '/health':
      sendJson(response, 200, { status: 'alive' });
      return true;
    case '/ready':
      if (readiness.isReady) sendJson(response, 200, { status: 'ready' });
      else sendJson(response, 503, { status: 'starting', waitingFor: readiness.waitingFor });
      return true;
    case '/metrics': {
      const text = await metrics.metrics();
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
      return true;
    }
    default:
      return false;
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
