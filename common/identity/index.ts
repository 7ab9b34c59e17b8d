export {
  GATEWAY_CERTIFICATE_PATH,
  type IssuedCertificate,
  issuedCertificate,
  RENEW_PATH,
  signingRequestBody,
} from './authority-protocol.ts';
export {
  belongTogether,
  IDENTITY_FILES,
  Identity,
  type IdentityMaterial,
  readIdentity,
  writeIdentity,
} from './identity.ts';
export { IdentityRenewal, type RenewalOptions } from './renewal.ts';
export { type IssueCertificate, renewFromControl, requestGatewayCertificate } from './request-certificate.ts';
export { formatSpiffeId, parseSpiffeId, ROLES, type Role, type SpiffeId, spiffeIdOf } from './spiffe-id.ts';
