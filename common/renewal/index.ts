export {
  GATEWAY_CERTIFICATE_PATH,
  type IssuedCertificate,
  RENEW_PATH,
  signingRequestBody,
} from './authority-protocol.ts';
export { IdentityRenewal } from './identity-renewal.ts';
export { type IssueCertificate, renewFromControl, requestGatewayCertificate } from './request-certificate.ts';
