/** What the account's routes take and answer. */
import { z } from '@hono/zod-openapi';
import { ACCESS_KEY_ID } from '../../common/filesystem/index.ts';
import { SCOPES, STORAGE_VERBS } from '../api/index.ts';
import type { AccessKey, ApiToken, Session, User } from './account-queries.ts';
import { accountName, NAMESPACE_ROLES, newPassword } from './names.ts';

const time = z.iso.datetime().openapi({ example: '2026-01-31T12:00:00.000Z' });
const label = z.string().trim().min(1).max(100);

export const loginInput = z
  .strictObject({ name: z.string().max(200), password: z.string().max(1024), newPassword: newPassword.optional() })
  .openapi('Login');
export const refreshInput = z.strictObject({ refreshToken: z.string().max(200) }).openapi('Refresh');
export const grantSchema = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresAt: time,
    user: z.object({ id: z.string(), name: z.string(), isAdministrator: z.boolean() }),
  })
  .openapi('Grant');
export const passwordInput = z
  .strictObject({ oldPassword: z.string().max(1024), newPassword })
  .openapi('PasswordChange');

export const role = z.enum(NAMESPACE_ROLES).openapi('Role');
export const membershipSchema = z.object({ name: z.string(), role }).openapi('Membership');
export const meSchema = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), isAdministrator: z.boolean() }),
    namespaces: z.array(membershipSchema),
    via: z.enum(['session', 'token']),
    scopes: z.array(z.enum(SCOPES)),
  })
  .openapi('Me');

export const userInput = z
  .strictObject({ name: accountName, isAdministrator: z.boolean().default(false) })
  .openapi('NewUser');
export const userPatch = z
  .strictObject({
    isAdministrator: z.boolean().optional(),
    isDisabled: z.boolean().optional(),
    /** True gives a new one-time password and ends the user's sessions. */
    resetPassword: z.boolean().optional(),
  })
  .openapi('UserChange');
export const userSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    isAdministrator: z.boolean(),
    isDisabled: z.boolean(),
    mustChangePassword: z.boolean(),
    createdAt: time,
  })
  .openapi('User');
export const userWithPassword = userSchema.extend({ oneTimePassword: z.string().optional() }).openapi('UserOnce');

export const sessionSchema = z
  .object({
    id: z.string(),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: time,
    usedAt: time,
    expiresAt: time,
    isCurrent: z.boolean(),
  })
  .openapi('Session');

export const tokenInput = z
  .strictObject({
    name: label,
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
    namespace: accountName.optional(),
    expiresAt: time.optional(),
  })
  .openapi('NewToken');
export const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    namespace: z.string().nullable(),
    createdAt: time,
    expiresAt: time.nullable(),
  })
  .openapi('Token');
export const newTokenSchema = tokenSchema.extend({ token: z.string() }).openapi('TokenOnce');

const storageVerbs = z.array(z.enum(STORAGE_VERBS)).min(1).max(STORAGE_VERBS.length);
export const accessKeyInput = z
  .strictObject({
    namespace: accountName,
    name: label,
    bucket: z.string().min(1).max(63).optional().describe('The only bucket that it may touch.'),
    prefix: z
      .string()
      .min(1)
      .refine((prefix) => Buffer.byteLength(prefix) <= 1024, 'at most 1024 bytes')
      .optional()
      .describe('How all keys that it may touch begin.'),
    verbs: storageVerbs.default([...STORAGE_VERBS]),
    expiresAt: time.optional(),
    id: z.string().regex(ACCESS_KEY_ID, '16 to 128 letters and digits').optional(),
    secret: z
      .string()
      .regex(/^[\x21-\x7e]{16,128}$/, '16 to 128 printable characters of ASCII, without spaces')
      .optional(),
  })
  .refine(({ id, secret }) => (id === undefined) === (secret === undefined), {
    message: 'id and secret go together',
    path: ['secret'],
  })
  .openapi('NewAccessKey');
export const accessKeySchema = z
  .object({
    id: z.string(),
    namespace: z.string(),
    name: z.string(),
    bucket: z.string().nullable(),
    prefix: z.string().nullable(),
    verbs: storageVerbs,
    createdAt: time,
    expiresAt: time.nullable(),
  })
  .openapi('AccessKey');
export const newAccessKeySchema = accessKeySchema.extend({ secret: z.string() }).openapi('AccessKeyOnce');

export const namespaceInput = z.strictObject({ name: accountName }).openapi('NewNamespace');
export const namespaceSchema = z
  .object({
    name: z.string(),
    createdAt: time,
    members: z.array(z.object({ userId: z.string(), userName: z.string(), role })),
  })
  .openapi('Namespace');
export const memberInput = z.strictObject({ role }).openapi('MemberRole');

export function showUser(user: User): z.infer<typeof userSchema> {
  const { id, name, isAdministrator, isDisabled, mustChangePassword } = user;
  return { id, name, isAdministrator, isDisabled, mustChangePassword, createdAt: user.createdAt.toISOString() };
}

export function showSession(session: Session, currentId: string | undefined): z.infer<typeof sessionSchema> {
  return {
    id: session.id,
    address: session.address,
    userAgent: session.userAgent,
    createdAt: session.createdAt.toISOString(),
    usedAt: session.usedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    isCurrent: session.id === currentId,
  };
}

export function showToken(token: ApiToken): z.infer<typeof tokenSchema> {
  const { id, name, scopes, namespace } = token;
  return {
    id,
    name,
    scopes,
    namespace,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
  };
}

export function showAccessKey(key: AccessKey): z.infer<typeof accessKeySchema> {
  const { id, namespace, name, bucket, prefix, verbs } = key;
  return {
    id,
    namespace,
    name,
    bucket,
    prefix,
    verbs,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
  };
}
