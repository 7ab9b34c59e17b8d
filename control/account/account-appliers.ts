import type { Applier } from '../records/index.ts';
import { accessKeyAppliers } from './access-key-commands.ts';
import type { AccountChanges } from './account-changes.ts';
import { denialApplier } from './denial-audit.ts';
import { namespaceAppliers } from './namespace-commands.ts';
import { sessionAppliers } from './session-commands.ts';
import { tokenAppliers } from './token-commands.ts';
import { userAppliers } from './user-commands.ts';

/** How the accounts' commands change the records; `changes` hears of each once it is committed. */
export function accountAppliers(changes: AccountChanges): Applier[] {
  return [
    ...userAppliers(changes),
    ...sessionAppliers(changes),
    ...tokenAppliers(changes),
    ...accessKeyAppliers(changes),
    ...namespaceAppliers(changes),
    denialApplier,
  ];
}
