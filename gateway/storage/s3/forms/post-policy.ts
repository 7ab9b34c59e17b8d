/** What a form's policy says that may be uploaded (S3 API Reference, "Browser-Based Uploads Using POST", "POST Policy"). */
import { z } from 'zod';
import { S3Error } from '../errors/index.ts';

export type PolicyCondition =
  | { kind: 'eq' | 'starts-with'; field: string; value: string }
  | { kind: 'content-length-range'; min: number; max: number };

export interface PostPolicy {
  expiresAtMs: number;
  conditions: PolicyCondition[];
}

export interface LengthRange {
  min: number;
  max: number;
}

const policyShape = z.object({ expiration: z.string(), conditions: z.array(z.unknown()) });
const BYTES = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const lengthRange = z.tuple([z.string(), BYTES, BYTES]);
const comparison = z.tuple([z.string(), z.string().regex(/^\$./s), z.string()]);
const equality = z.record(z.string(), z.string());
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** From its base64. @throws S3Error InvalidPolicyDocument */
export function parsePostPolicy(encoded: string): PostPolicy {
  const parsed = policyShape.safeParse(decode(encoded));
  if (!parsed.success) {
    const missing = parsed.error.issues[0]?.path[0];
    throw invalid(missing === undefined ? 'Invalid JSON.' : `Policy missing ${String(missing)}.`);
  }
  const { expiration, conditions } = parsed.data;
  const expiresAtMs = ISO_TIME.test(expiration) ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(expiresAtMs)) throw invalid(`Invalid 'expiration' value: '${expiration}'`);
  return { expiresAtMs, conditions: conditions.map(parseCondition) };
}

function decode(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch (error) {
    throw invalid('Invalid JSON.', error);
  }
}

function parseCondition(condition: unknown): PolicyCondition {
  if (!Array.isArray(condition)) {
    const entries = Object.entries(equality.safeParse(condition).data ?? {});
    const [entry] = entries;
    if (!entry || entries.length > 1) {
      throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
    }
    return { kind: 'eq', field: entry[0].toLowerCase(), value: entry[1] };
  }
  const operator = String(condition[0]).toLowerCase();
  if (operator === 'content-length-range') {
    const range = lengthRange.safeParse(condition);
    if (!range.success) throw invalid('Invalid content-length-range: it has two numbers of bytes.');
    const [, min, max] = range.data;
    return { kind: operator, min, max };
  }
  const compared = comparison.safeParse(condition);
  if ((operator !== 'eq' && operator !== 'starts-with') || !compared.success) {
    throw invalid(`Invalid Condition: ${JSON.stringify(condition).slice(0, 256)}`);
  }
  const [, field, value] = compared.data;
  return { kind: operator, field: field.slice(1).toLowerCase(), value };
}

/** Fields that no condition need name. */
const UNCONDITIONED = new Set(['file', 'policy', 'x-amz-signature', 'signature', 'awsaccesskeyid']);
const IGNORED_PREFIX = 'x-ignore-';

/**
 * Answers how long the file may be. `fields`: by name in lower case, the bucket among them.
 * @throws S3Error AccessDenied when the policy is over, a condition does not hold, or a field has none.
 */
export function checkPostPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  nowMs: number,
): LengthRange | undefined {
  if (policy.expiresAtMs <= nowMs) throw denied('Policy expired.');
  let range: LengthRange | undefined;
  const named = new Set<string>();
  for (const condition of policy.conditions) {
    if (condition.kind === 'content-length-range') {
      range = { min: Math.max(range?.min ?? 0, condition.min), max: Math.min(range?.max ?? Infinity, condition.max) };
      continue;
    }
    named.add(condition.field);
    if (!holds(condition, fields.get(condition.field) ?? '')) {
      const { kind, field, value } = condition;
      throw denied(`Policy Condition failed: ["${kind}", "$${field}", "${value}"]`);
    }
  }
  const extra = [...fields.keys()].filter(
    (field) => !named.has(field) && !UNCONDITIONED.has(field) && !field.startsWith(IGNORED_PREFIX),
  );
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
  return range;
}

function holds({ kind, field, value }: Exclude<PolicyCondition, { kind: 'content-length-range' }>, given: string) {
  if (kind === 'eq') return given === value;
  // A list of types fits when each of them does.
  const parts = field === 'content-type' ? given.split(',').map((part) => part.trim()) : [given];
  return parts.every((part) => part.startsWith(value));
}

function invalid(why: string, cause?: unknown): S3Error {
  return new S3Error('InvalidPolicyDocument', {
    message: `Invalid Policy: ${why}`,
    ...(cause !== undefined && { cause }),
  });
}

function denied(why: string): S3Error {
  return new S3Error('AccessDenied', { message: `Invalid according to Policy: ${why}` });
}
