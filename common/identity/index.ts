export {
  belongTogether,
  Identity,
  type IdentityMaterial,
  readIdentity,
  writeIdentity,
} from './identity.ts';
export { formatSpiffeId, parseSpiffeId, ROLES, type Role, type SpiffeId, spiffeIdOf } from './spiffe-id.ts';
