/** The rest of the chain, as in `x-bramble-chain`: `node@host:port,node@host:port`, nearest first. */
import { InvalidInput } from '../../common/errors/index.ts';
import { CHAIN_LIMIT, CHUNK_HEADERS, type Replica } from '../../common/filesystem/index.ts';

const HOP = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)@([A-Za-z0-9.-]{1,253}:\d{1,5}|\[[0-9A-Fa-f:]{2,45}\]:\d{1,5})$/;

/** @throws InvalidInput for anything that is not of the form. */
export function parseChain(header: string | undefined): Replica[] {
  if (!header) return [];
  const hops = header.split(',', CHAIN_LIMIT + 1).map((text) => {
    const [, node, address] = HOP.exec(text.trim()) ?? [];
    if (!node || !address) throw new InvalidInput(`${CHUNK_HEADERS.chain} must be node@host:port, comma-separated.`);
    return { node, address };
  });
  if (hops.length > CHAIN_LIMIT) throw new InvalidInput(`${CHUNK_HEADERS.chain} has more than ${CHAIN_LIMIT} nodes.`);
  return hops;
}

export function formatChain(chain: readonly Replica[]): string {
  return chain.map(({ node, address }) => `${node}@${address}`).join(',');
}
