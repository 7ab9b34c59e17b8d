export { generateKeys, importPrivateKey, privateKeyPem, SIGNATURE } from './keys.ts';
export {
  createSigningRequest,
  type HostName,
  proveSigningRequest,
} from './signing-request.ts';
export { x509 } from './x509.ts';
