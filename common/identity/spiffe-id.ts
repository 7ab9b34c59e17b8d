/** Who a process is: `spiffe://<bramble>/node/<node>/<role>` (SPIFFE-ID §2), the only name its certificate carries. */
import { InvalidInput } from '../errors/index.ts';

export const ROLES = ['control', 'gateway', 'chunkserver', 'agent', 'mcu-bridge', 'supervisor'] as const;
export type Role = (typeof ROLES)[number];

export interface SpiffeId {
  bramble: string;
  node: string;
  role: Role;
}

const NAME = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const SPIFFE_ID = new RegExp(`^spiffe://(${NAME})/node/(${NAME})/([a-z-]+)$`);

export function formatSpiffeId(id: SpiffeId): string {
  return `spiffe://${id.bramble}/node/${id.node}/${id.role}`;
}

/** @throws InvalidInput when it is not of the bramble's form, or names a role there is none of. */
export function parseSpiffeId(uri: string): SpiffeId {
  const match = SPIFFE_ID.exec(uri);
  const [, bramble, node, role] = match ?? [];
  if (!bramble || !node || !ROLES.includes(role as Role)) {
    throw new InvalidInput(`'${uri}' is not spiffe://<bramble>/node/<node>/<role>.`);
  }
  return { bramble, node, role: role as Role };
}

/** The SPIFFE id in a certificate's subject alternative names, as Node prints them (`URI:spiffe://…, DNS:…`). */
export function spiffeIdOf(subjectAltName: string | undefined): SpiffeId {
  const uris = (subjectAltName ?? '').split(', ').filter((name) => name.startsWith('URI:spiffe://'));
  const [uri] = uris;
  if (uris.length !== 1 || !uri) throw new InvalidInput('The certificate does not carry exactly one SPIFFE id.');
  return parseSpiffeId(uri.slice('URI:'.length));
}
