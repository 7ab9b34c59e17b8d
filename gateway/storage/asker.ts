import type { Exchange } from '../routing/index.ts';
import type { Asker } from './master/master-client.ts';

/** Who makes this request, for the master's calls. */
export function askerOf(exchange: Exchange): Asker {
  return { requestId: exchange.requestId, credential: exchange.credential, address: exchange.remoteAddress };
}
