/**
 * The conditions of a bucket policy (IAM User Guide, "IAM JSON policy elements: Condition operators"): all operators and all
 * keys must hold, of a key's values any. What is unknown here is refused when the policy is put, so that no condition is
 * ever passed over.
 */
import { BlockList, isIP } from 'node:net';
import { matchesWildcard } from './wildcard.ts';

/** What the request says under a condition key (as `conditionKey` writes it); undefined when it says nothing. */
export type ConditionFacts = (key: string) => readonly string[] | undefined;
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

interface Operator {
  /** Whether a value of the request fits one of the policy's. */
  fits(value: string, wanted: string): boolean;
  /** Holds when no value fits, also when there is none. */
  isNegated: boolean;
  /** Whether the policy's value can be one for this operator. */
  isValue(wanted: string): boolean;
}

const OPERATORS = new Map<string, Operator>([
  ...pair('StringEquals', 'StringNotEquals', isText, (value, wanted) => value === wanted),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', isText, (value, wanted) => {
    return value.toLowerCase() === wanted.toLowerCase();
  }),
  ...pair('StringLike', 'StringNotLike', isText, (value, wanted) => matchesWildcard(wanted, value)),
  ...pair('IpAddress', 'NotIpAddress', isNetwork, isInNetwork),
  ...pair('NumericEquals', 'NumericNotEquals', isNumber, (value, wanted) => Number(value) === Number(wanted)),
  ...single('NumericLessThan', isNumber, (value, wanted) => Number(value) < Number(wanted)),
  ...single('NumericLessThanEquals', isNumber, (value, wanted) => Number(value) <= Number(wanted)),
  ...single('NumericGreaterThan', isNumber, (value, wanted) => Number(value) > Number(wanted)),
  ...single('NumericGreaterThanEquals', isNumber, (value, wanted) => Number(value) >= Number(wanted)),
  ...pair('DateEquals', 'DateNotEquals', isDate, (value, wanted) => dateMs(value) === dateMs(wanted)),
  ...single('DateLessThan', isDate, (value, wanted) => dateMs(value) < dateMs(wanted)),
  ...single('DateLessThanEquals', isDate, (value, wanted) => dateMs(value) <= dateMs(wanted)),
  ...single('DateGreaterThan', isDate, (value, wanted) => dateMs(value) > dateMs(wanted)),
  ...single('DateGreaterThanEquals', isDate, (value, wanted) => dateMs(value) >= dateMs(wanted)),
  ...single('Bool', isBoolean, (value, wanted) => value.toLowerCase() === wanted.toLowerCase()),
]);

const KEYS = new Set([
  'aws:sourceip',
  'aws:securetransport',
  'aws:username',
  'aws:userid',
  'aws:referer',
  'aws:useragent',
  'aws:currenttime',
  'aws:epochtime',
  's3:prefix',
  's3:delimiter',
  's3:max-keys',
  's3:versionid',
  's3:authtype',
  's3:signatureversion',
  's3:locationconstraint',
  's3:requestobjecttagkeys',
  's3:x-amz-acl',
  's3:x-amz-content-sha256',
  's3:x-amz-copy-source',
  's3:x-amz-grant-full-control',
  's3:x-amz-grant-read',
  's3:x-amz-grant-read-acp',
  's3:x-amz-grant-write',
  's3:x-amz-grant-write-acp',
  's3:x-amz-metadata-directive',
  's3:x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  's3:x-amz-storage-class',
]);
const KEYS_WITH_TAG = ['s3:existingobjecttag/', 's3:requestobjecttag/'];

/** The names of keys know no case; those of tags do. */
export function conditionKey(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? key.toLowerCase() : key.slice(0, slash).toLowerCase() + key.slice(slash);
}

/** Why the conditions cannot be obeyed; undefined when they can. */
export function problemOfConditions(conditions: Conditions): string | undefined {
  for (const [name, byKey] of Object.entries(conditions)) {
    const parsed = parseOperator(name);
    if (!parsed) return `'${name}' is no condition operator that is known here.`;
    for (const [written, values] of Object.entries(byKey)) {
      const key = conditionKey(written);
      if (!KEYS.has(key) && !KEYS_WITH_TAG.some((prefix) => key.startsWith(prefix) && key.length > prefix.length)) {
        return `'${written}' is no condition key that is known here.`;
      }
      const odd = values.find((value) => !parsed.isValue(value));
      if (odd !== undefined) return `'${odd}' is no value for ${name}.`;
      if (values.length === 0) return `${name} has no value for ${written}.`;
    }
  }
  return undefined;
}

export function conditionsHold(conditions: Conditions, facts: ConditionFacts): boolean {
  return Object.entries(conditions).every(([name, byKey]) => {
    const operator = parseOperator(name);
    // Refused when it was put; a condition that cannot be judged never holds.
    if (!operator) return false;
    return Object.entries(byKey).every(([key, wanted]) => operator.holds(facts(conditionKey(key)), wanted));
  });
}

function parseOperator(name: string) {
  const [, set, base = '', ifExists] = /^(ForAnyValue:|ForAllValues:)?(.*?)(IfExists)?$/.exec(name) ?? [];
  if (base === 'Null') {
    if (set || ifExists) return undefined;
    const holds = (found: readonly string[] | undefined, wanted: readonly string[]) =>
      wanted.some((value) => (value.toLowerCase() === 'true') === (found === undefined));
    return { isValue: isBoolean, holds };
  }
  const operator = OPERATORS.get(base);
  if (!operator) return undefined;
  const fitsOne = (value: string, wanted: readonly string[]) => {
    const fits = wanted.some((each) => operator.fits(value, each));
    return operator.isNegated ? !fits : fits;
  };
  return {
    isValue: operator.isValue,
    holds: (found: readonly string[] | undefined, wanted: readonly string[]): boolean => {
      if (set === 'ForAllValues:') return (found ?? []).every((value) => fitsOne(value, wanted));
      if (found === undefined) return ifExists !== undefined || (operator.isNegated && set === undefined);
      if (set === 'ForAnyValue:' || !operator.isNegated) return found.some((value) => fitsOne(value, wanted));
      return found.every((value) => fitsOne(value, wanted));
    },
  };
}

type Fits = Operator['fits'];

function single(name: string, isValue: Operator['isValue'], fits: Fits): [string, Operator][] {
  return [[name, { fits, isValue, isNegated: false }]];
}

function pair(name: string, negated: string, isValue: Operator['isValue'], fits: Fits): [string, Operator][] {
  return [...single(name, isValue, fits), [negated, { fits, isValue, isNegated: true }]];
}

function isText(): boolean {
  return true;
}

function isNumber(text: string): boolean {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text);
}

function isBoolean(text: string): boolean {
  return /^(true|false)$/i.test(text);
}

function isDate(text: string): boolean {
  return Number.isFinite(dateMs(text));
}

/** ISO 8601, or seconds since the epoch. */
function dateMs(text: string): number {
  return isNumber(text) ? Number(text) * 1000 : Date.parse(text);
}

function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

function parseNetwork(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  const most = family === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const bits = length === undefined ? most : Number(length);
  return bits > most ? undefined : { address, bits, family: family === 4 ? 'ipv4' : 'ipv6' };
}

function isInNetwork(value: string, wanted: string): boolean {
  const network = parseNetwork(wanted);
  const address = value.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(address);
  if (!network || family === 0) return false;
  const block = new BlockList();
  block.addSubnet(network.address, network.bits, network.family);
  return block.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
