export { configHome } from './config-home.ts';
export {
  type Credentials,
  CredentialsFile,
  type Profile,
  type SessionTokens,
} from './credentials-file.ts';
