export {
  type Authenticated,
  Authenticator,
  type AuthenticatorTools,
  type RequestToAuthenticate,
  type Signer,
  type SigningState,
} from './authenticator.ts';
export type { FormFields } from './form-signature.ts';
export { EMPTY_SHA256, type PayloadMode } from './payload-mode.ts';
export { isSameSignature, sign } from './signature.ts';
