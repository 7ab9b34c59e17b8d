/**
 * The way in to a new bramble: the user `admin` with a one-time password. Until some administrator has one of their own,
 * every start gives a fresh one, so that a lost terminal locks nobody out; afterwards there is no such way any more.
 */
import type { AccountQueries } from './account-queries.ts';

export const FIRST_ADMINISTRATOR = 'admin';

export interface FirstAdministrator {
  name: string;
  oneTimePassword: string;
}

export async function ensureFirstAdministrator(
  queries: AccountQueries,
  create: (name: string, isAdministrator: boolean) => Promise<{ oneTimePassword: string }>,
  resetPassword: (userId: string) => Promise<string>,
): Promise<FirstAdministrator | undefined> {
  if (await queries.hasSettledAdministrator()) return undefined;
  const first = await queries.oldestAdministrator();
  if (first) return { name: first.name, oneTimePassword: await resetPassword(first.id) };
  const { oneTimePassword } = await create(FIRST_ADMINISTRATOR, true);
  return { name: FIRST_ADMINISTRATOR, oneTimePassword };
}
