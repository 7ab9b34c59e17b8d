export { type Authority, openAuthority } from './authority.ts';
export { writeBootstrapIdentities } from './bootstrap-identities.ts';
export { BootstrapUpkeep } from './bootstrap-upkeep.ts';
export { authorityRoutes } from './routes.ts';
