/** Names of users and namespaces share one space: they stand in paths and host names. */
import { z } from 'zod';

export const accountName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'up to 63 lower-case letters, digits and hyphens, not at either end',
  );

export const newPassword = z
  .string()
  .min(12, 'at least 12 characters')
  .max(1024, 'at most 1024 characters')
  .meta({ description: 'At least 12 characters.' });

export const NAMESPACE_ROLES = ['owner', 'admin', 'writer', 'reader'] as const;
export type NamespaceRole = (typeof NAMESPACE_ROLES)[number];
