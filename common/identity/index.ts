export {
  GATEWAY_CERTIFICATE_PATH,
  type IssuedCertificate,
  RENEW_PATH,
  signingRequestBody,
} from './authority-protocol.ts';
export {
  belongTogether,
  Identity,
  type IdentityMaterial,
  writeIdentity,
} from './identity.ts';
export { IdentityRenewal } from './renewal.ts';
export { type IssueCertificate, renewFromControl, requestGatewayCertificate } from './request-certificate.ts';
export { formatSpiffeId, parseSpiffeId, ROLES, type Role, type SpiffeId, spiffeIdOf } from './spiffe-id.ts';
