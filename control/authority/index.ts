export { Authority, type AuthorityOptions, openAuthority } from './authority.ts';
export { type BootstrapIdentity, writeBootstrapIdentities } from './bootstrap-identities.ts';
export { BootstrapUpkeep, type BootstrapUpkeepOptions } from './bootstrap-upkeep.ts';
export { domainNames, gatewayNames, localNames } from './gateway-names.ts';
export { authorityRoutes } from './routes.ts';
