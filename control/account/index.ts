export { accountAppliers } from './account-appliers.ts';
export { AccountChanges } from './account-changes.ts';
export { type AccountRoutes, accountRoutes } from './account-routes.ts';
export { Accounts, type AccountsOptions, type Origin } from './accounts.ts';
export type { FirstAdministrator } from './first-administrator.ts';
export type { LoginLimits } from './password-check.ts';
export type { PasswordCost } from './password-hash.ts';
export type { Action } from './permissions.ts';
export { SecretBox } from './secret-box.ts';
