export { configHome } from './config-home.ts';
export {
  type Credentials,
  CredentialsFile,
  NO_CREDENTIALS,
  type Profile,
  type SessionTokens,
} from './credentials-file.ts';
