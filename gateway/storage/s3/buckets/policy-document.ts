/** A bucket policy's JSON as statements (IAM User Guide, "IAM JSON policy element reference"). Whether they can be obeyed, control checks. */
import { z } from 'zod';
import { S3Error } from '../errors/index.ts';
import type { SettingValue } from './setting-operations.ts';

export type PolicyStatement = SettingValue<'policy'>['statements'][number];

/** S3's limit for bucket policies. */
export const MAX_POLICY_BYTES = 20 * 1024;
const VERSIONS = ['2012-10-17', '2008-10-17'];

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);
const principal = z.union([
  z.literal('*').transform(() => ['*']),
  z
    .strictObject({ AWS: oneOrMany.optional(), CanonicalUser: oneOrMany.optional() })
    .transform(({ AWS, CanonicalUser }) => [...(AWS ?? []), ...(CanonicalUser ?? [])]),
]);
const conditionValue = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const conditionValues = z.union([conditionValue.transform((one) => [one]), z.array(conditionValue).min(1)]);

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), conditionValues)).optional(),
});
const document = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z.union([statement.transform((one) => [one]), z.array(statement).min(1)]),
});

/** @throws S3Error MalformedPolicy */
export function parsePolicy(text: string): PolicyStatement[] {
  const parsed = document.safeParse(parseJson(text));
  if (!parsed.success) throw malformedPolicy(problemOf(parsed.error), parsed.error);
  const { Version: version, Statement: statements } = parsed.data;
  if (version !== undefined && !VERSIONS.includes(version)) {
    throw malformedPolicy('The policy must contain a valid version string');
  }
  return statements.map(readStatement);
}

function readStatement(read: z.infer<typeof statement>): PolicyStatement {
  for (const name of ['Principal', 'Action', 'Resource'] as const) {
    if (read[name] === undefined && read[`Not${name}`] === undefined) {
      throw malformedPolicy(`Missing required field ${name}`);
    }
  }
  return {
    ...(read.Sid !== undefined && { sid: read.Sid }),
    effect: read.Effect,
    principals: read.Principal ?? [],
    notPrincipals: read.NotPrincipal ?? [],
    actions: read.Action ?? [],
    notActions: read.NotAction ?? [],
    resources: read.Resource ?? [],
    notResources: read.NotResource ?? [],
    conditions: read.Condition ?? {},
  };
}

/** Conditions on these, with values that are no wildcard, keep a statement from being for everyone. */
const NARROWING_KEYS: ReadonlySet<string> = new Set(['aws:sourceip', 'aws:userid', 'aws:username']);
const NARROWING_OPERATORS = /^(?:ipaddress|stringequals|stringlike|stringequalsignorecase)$/i;

/** Whether it lets everyone in (S3 User Guide, "The meaning of 'public'"). */
export function isPublicPolicy(statements: readonly PolicyStatement[]): boolean {
  return statements.some(({ effect, principals, notPrincipals, conditions }) => {
    const isForAll = principals.includes('*') || notPrincipals.length > 0;
    return effect === 'Allow' && isForAll && !isNarrowed(conditions);
  });
}

function isNarrowed(conditions: PolicyStatement['conditions']): boolean {
  return Object.entries(conditions).some(
    ([operator, byKey]) =>
      NARROWING_OPERATORS.test(operator) &&
      Object.entries(byKey).some(
        ([key, values]) => NARROWING_KEYS.has(key.toLowerCase()) && values.every((value) => !/[*?]|\/0$/.test(value)),
      ),
  );
}

function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith('{')) throw notJson();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(error);
  }
}

function notJson(cause?: unknown): S3Error {
  return malformedPolicy("Policies must be valid JSON and the first byte must be '{'", cause);
}

/** In S3's words where it has some for it. */
function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.filter((part) => typeof part === 'string').join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') return `Unknown field ${issue.keys.join(', ')}`;
  if (path.endsWith('Effect')) return 'Invalid effect';
  if (path.endsWith('Principal')) return 'Invalid principal in policy';
  return path === '' ? 'Policy document is not well formed' : `Invalid ${path} in policy`;
}

function malformedPolicy(message: string, cause?: unknown): S3Error {
  return new S3Error('MalformedPolicy', { message, ...(cause !== undefined && { cause }) });
}
