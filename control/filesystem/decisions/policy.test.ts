import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgePolicy, type PolicyQuestion, type PolicyStatement } from './policy.ts';
import { problemOfPolicy } from './policy-check.ts';
import { conditionKey, conditionsHold } from './policy-conditions.ts';
import { S3_ACTIONS } from './s3-actions.ts';
import { matchesWildcard } from './wildcard.ts';

const BUCKET = 'arn:aws:s3:::photos';
const statement = (changes: Partial<PolicyStatement> = {}): PolicyStatement => ({
  effect: 'Allow',
  principals: ['*'],
  notPrincipals: [],
  actions: ['s3:GetObject'],
  notActions: [],
  resources: [`${BUCKET}/*`],
  notResources: [],
  conditions: {},
  ...changes,
});
const factsOf = (facts: Record<string, string | string[]>) => (key: string) => {
  const value = new Map(Object.entries(facts).map(([name, each]) => [conditionKey(name), each])).get(key);
  return typeof value === 'string' ? [value] : value;
};
const question = (changes: Partial<PolicyQuestion> = {}, facts = {}): PolicyQuestion => ({
  action: 's3:GetObject',
  resource: `${BUCKET}/a/b.jpg`,
  identities: ['user_eve', 'eve', 'BRKEVE'],
  facts: factsOf(facts),
  ...changes,
});

describe('a policy', () => {
  test.each<[string, PolicyStatement[], PolicyQuestion, 'allow' | 'deny' | 'neutral']>([
    ['without a statement that fits says nothing', [statement({ actions: ['s3:PutObject'] })], question(), 'neutral'],
    ['allows everyone by *', [statement()], question({ identities: [] }), 'allow'],
    ['names users by id', [statement({ principals: ['user_eve'] })], question(), 'allow'],
    ['names users by ARN', [statement({ principals: ['arn:aws:iam::eve:user/team/eve'] })], question(), 'allow'],
    ['names a namespace by its root', [statement({ principals: ['arn:aws:iam::eve:root'] })], question(), 'allow'],
    ['names access keys', [statement({ principals: ['BRKEVE'] })], question(), 'allow'],
    ['does not name others', [statement({ principals: ['user_bob'] })], question(), 'neutral'],
    [
      'gives the anonymous nothing by name',
      [statement({ principals: ['eve'] })],
      question({ identities: [] }),
      'neutral',
    ],
    ['knows no case in actions', [statement({ actions: ['S3:getobject'] })], question(), 'allow'],
    ['has wildcards in actions', [statement({ actions: ['s3:Get*'] })], question(), 'allow'],
    ['takes s3:* for all', [statement({ actions: ['s3:*'] })], question({ action: 's3:DeleteObject' }), 'allow'],
    ['applies to what NotAction leaves', [statement({ actions: [], notActions: ['s3:Put*'] })], question(), 'allow'],
    ['spares what NotAction names', [statement({ actions: [], notActions: ['s3:Get*'] })], question(), 'neutral'],
    ['tells bucket from objects', [statement({ resources: [BUCKET] })], question(), 'neutral'],
    ['has ? for one character', [statement({ resources: [`${BUCKET}/?/b.jpg`] })], question(), 'allow'],
    [
      'applies to what NotResource leaves',
      [statement({ resources: [], notResources: [`${BUCKET}/x*`] })],
      question(),
      'allow',
    ],
    ['denies by name', [statement(), statement({ effect: 'Deny', principals: ['eve'] })], question(), 'deny'],
    [
      'denies all but some',
      [statement(), statement({ effect: 'Deny', principals: [], notPrincipals: ['user_bob'] })],
      question(),
      'deny',
    ],
    [
      'spares those it does not deny',
      [statement(), statement({ effect: 'Deny', principals: [], notPrincipals: ['user_eve'] })],
      question(),
      'allow',
    ],
    [
      'knows who asks in resources',
      [statement({ resources: [`${BUCKET}/\${aws:username}/*`] })],
      question({ resource: `${BUCKET}/eve/x` }, { 'aws:username': 'eve' }),
      'allow',
    ],
    [
      'matches no variable that has no value',
      [statement({ resources: [`${BUCKET}/\${aws:username}*`] })],
      question({ resource: `${BUCKET}/x`, identities: [] }),
      'neutral',
    ],
  ])('%s', (_name, statements, asked, expected) => {
    expect(judgePolicy(statements, asked)).toBe(expected);
  });

  test('a Deny that applies is never overridden, wherever it stands and whatever else is there', () => {
    const some = (values: string[]) => fc.subarray(values, { minLength: 1 });
    const none = fc.constant<string[]>([]);
    const anyStatement = fc.record({
      effect: fc.constantFrom('Allow' as const, 'Deny' as const),
      principals: some(['*', 'eve', 'user_eve', 'bob']),
      notPrincipals: none,
      actions: some(['s3:*', 's3:Get*', 's3:PutObject', '*']),
      notActions: none,
      resources: some([BUCKET, `${BUCKET}/*`, `${BUCKET}/a*`, 'arn:aws:s3:::*']),
      notResources: none,
      conditions: fc.constantFrom<PolicyStatement['conditions']>(
        {},
        { Bool: { 'aws:SecureTransport': ['false'] } },
        { StringLike: { 's3:prefix': ['a*'] } },
      ),
    });
    const denial = statement({ effect: 'Deny', actions: ['s3:GetObject'], resources: [`${BUCKET}/a/*`] });
    fc.assert(
      fc.property(fc.array(anyStatement, { maxLength: 8 }), fc.nat(8), (others, at) => {
        const statements = [...others.slice(0, at), denial, ...others.slice(at)];
        expect(judgePolicy(statements, question())).toBe('deny');
        // Without any Deny it is never denied; without any Allow never allowed.
        expect(
          judgePolicy(
            others.filter(({ effect }) => effect === 'Allow'),
            question(),
          ),
        ).not.toBe('deny');
        expect(
          judgePolicy(
            others.filter(({ effect }) => effect === 'Deny'),
            question(),
          ),
        ).not.toBe('allow');
      }),
    );
  });
});

describe('a condition', () => {
  const now = { 'aws:CurrentTime': '2026-01-01T12:00:00Z' };
  test.each<[string, string, string[], Record<string, string | string[]>, boolean]>([
    ['StringEquals', 's3:prefix', ['a', 'b'], { 's3:prefix': 'b' }, true],
    ['StringEquals', 's3:prefix', ['a'], { 's3:prefix': 'A' }, false],
    ['StringEquals', 's3:prefix', ['a'], {}, false],
    ['StringEqualsIfExists', 's3:prefix', ['a'], {}, true],
    ['StringEqualsIfExists', 's3:prefix', ['a'], { 's3:prefix': 'b' }, false],
    ['StringEqualsIgnoreCase', 's3:x-amz-acl', ['PRIVATE'], { 's3:x-amz-acl': 'private' }, true],
    ['StringNotEquals', 's3:prefix', ['a', 'b'], { 's3:prefix': 'b' }, false],
    ['StringNotEquals', 's3:prefix', ['a', 'b'], { 's3:prefix': 'c' }, true],
    ['StringNotEquals', 's3:prefix', ['a'], {}, true],
    ['StringLike', 'aws:Referer', ['https://x.example/*'], { 'aws:Referer': 'https://x.example/p' }, true],
    ['StringNotLike', 'aws:Referer', ['https://x.example/*'], { 'aws:Referer': 'https://y.example/p' }, true],
    ['IpAddress', 'aws:SourceIp', ['192.0.2.0/24'], { 'aws:SourceIp': '192.0.2.77' }, true],
    ['IpAddress', 'aws:SourceIp', ['192.0.2.0/24'], { 'aws:SourceIp': '::ffff:192.0.2.77' }, true],
    ['IpAddress', 'aws:SourceIp', ['192.0.2.0/24'], { 'aws:SourceIp': '192.0.3.1' }, false],
    ['IpAddress', 'aws:SourceIp', ['2001:db8::/32'], { 'aws:SourceIp': '2001:db8:1::1' }, true],
    ['IpAddress', 'aws:SourceIp', ['0.0.0.0/0'], {}, false],
    ['NotIpAddress', 'aws:SourceIp', ['192.0.2.1'], { 'aws:SourceIp': '192.0.2.1' }, false],
    ['NotIpAddress', 'aws:SourceIp', ['192.0.2.1'], { 'aws:SourceIp': '192.0.2.2' }, true],
    ['Bool', 'aws:SecureTransport', ['true'], { 'aws:SecureTransport': 'true' }, true],
    ['Bool', 'aws:SecureTransport', ['false'], { 'aws:SecureTransport': 'true' }, false],
    ['NumericEquals', 's3:max-keys', ['10'], { 's3:max-keys': '10' }, true],
    ['NumericLessThan', 's3:max-keys', ['10'], { 's3:max-keys': '10' }, false],
    ['NumericLessThanEquals', 's3:max-keys', ['10'], { 's3:max-keys': '10' }, true],
    ['NumericGreaterThan', 's3:max-keys', ['9'], { 's3:max-keys': '10' }, true],
    ['NumericGreaterThanEquals', 's3:max-keys', ['11'], { 's3:max-keys': '10' }, false],
    ['NumericNotEquals', 's3:max-keys', ['10'], {}, true],
    ['DateGreaterThan', 'aws:CurrentTime', ['2025-12-31T00:00:00Z'], now, true],
    ['DateLessThan', 'aws:CurrentTime', ['2025-12-31T00:00:00Z'], now, false],
    ['DateEquals', 'aws:CurrentTime', ['1767268800'], now, true],
    ['Null', 'aws:Referer', ['true'], {}, true],
    ['Null', 'aws:Referer', ['false'], {}, false],
    ['Null', 'aws:Referer', ['false'], { 'aws:Referer': '' }, true],
    ['StringEquals', 's3:ExistingObjectTag/Team', ['a'], { 's3:ExistingObjectTag/Team': 'a' }, true],
    ['StringEquals', 's3:ExistingObjectTag/team', ['a'], { 's3:ExistingObjectTag/Team': 'a' }, false],
    ['ForAllValues:StringLike', 's3:RequestObjectTagKeys', ['a*'], { 's3:RequestObjectTagKeys': ['a1', 'a2'] }, true],
    ['ForAllValues:StringLike', 's3:RequestObjectTagKeys', ['a*'], { 's3:RequestObjectTagKeys': ['a1', 'b'] }, false],
    ['ForAnyValue:StringEquals', 's3:RequestObjectTagKeys', ['b'], { 's3:RequestObjectTagKeys': ['a', 'b'] }, true],
    ['ForAnyValue:StringEquals', 's3:RequestObjectTagKeys', ['b'], {}, false],
    ['NothingKnown', 's3:prefix', ['a'], { 's3:prefix': 'a' }, false],
  ])('%s of %s %j with %j: %s', (operator, key, wanted, facts, expected) => {
    expect(conditionsHold({ [operator]: { [key]: wanted } }, factsOf(facts))).toBe(expected);
  });

  test('all operators and all keys must hold', () => {
    const conditions = {
      StringEquals: { 's3:prefix': ['a'], 's3:delimiter': ['/'] },
      Null: { 'aws:referer': ['true'] },
    };
    const facts = { 's3:prefix': 'a', 's3:delimiter': '/' };
    expect(conditionsHold(conditions, factsOf(facts))).toBe(true);
    expect(conditionsHold(conditions, factsOf({ ...facts, 'aws:Referer': 'x' }))).toBe(false);
    expect(conditionsHold(conditions, factsOf({ ...facts, 's3:delimiter': '-' }))).toBe(false);
  });
});

test.each<[Partial<PolicyStatement>, string]>([
  [{ principals: [] }, 'Principal'],
  [{ principals: [], notPrincipals: ['*'] }, 'Allow with NotPrincipal'],
  [{ actions: [] }, 'Action'],
  [{ notActions: ['s3:GetObject'] }, 'Action'],
  [{ actions: ['ec2:Run'] }, 'no action of S3'],
  [{ resources: ['arn:aws:s3:::other/*'] }, 'invalid resource'],
  [{ resources: ['photos/*'] }, 'invalid resource'],
  [{ resources: [`${BUCKET}/\${aws:PrincipalTag/x}`] }, 'policy variable'],
  [{ conditions: { StringWeird: { 's3:prefix': ['a'] } } }, 'condition operator'],
  [{ conditions: { NullIfExists: { 's3:prefix': ['true'] } } }, 'condition operator'],
  [{ conditions: { StringEquals: { 'aws:Weird': ['a'] } } }, 'condition key'],
  [{ conditions: { StringEquals: { 's3:ExistingObjectTag/': ['a'] } } }, 'condition key'],
  [{ conditions: { IpAddress: { 'aws:SourceIp': ['192.0.2.0/33'] } } }, 'no value'],
  [{ conditions: { NumericEquals: { 's3:max-keys': ['many'] } } }, 'no value'],
  [{ conditions: { Bool: { 'aws:SecureTransport': ['perhaps'] } } }, 'no value'],
  [{ conditions: { DateLessThan: { 'aws:CurrentTime': ['some day'] } } }, 'no value'],
  [{ conditions: { StringEquals: { 's3:prefix': [] } } }, 'no value'],
])('a policy that cannot be obeyed is refused: %j', (changes, expected) => {
  expect(problemOfPolicy([statement(changes)], 'photos')).toContain(expected);
});

test('policies that can be obeyed are taken, also for all buckets and with what S3 has beyond us', () => {
  const good: Partial<PolicyStatement>[] = [
    {},
    { resources: ['arn:aws:s3:::*', 'arn:aws:s3:::*/*'] },
    { resources: [BUCKET, `${BUCKET}/\${aws:username}/*`] },
    { actions: ['s3:*', 's3:GetObjectTorrent', '*'] },
    { effect: 'Deny', principals: [], notPrincipals: ['eve'] },
    { conditions: { StringNotEqualsIfExists: { 'AWS:useragent': ['x'] } } },
  ];
  for (const changes of good) expect(problemOfPolicy([statement(changes)], 'photos')).toBeUndefined();
  expect(problemOfPolicy([statement({ sid: 'a' }), statement({ sid: 'a' })], 'photos')).toContain('Sid');
});

test('a wildcard pattern matches just what the regular expression of the same meaning does', () => {
  const piece = fc.constantFrom('a', 'b', '/', '*', '?', '.');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 8 }),
      (pattern, text) => {
        const source = pattern.map((each) => (each === '*' ? '.*' : each === '?' ? '.' : `\\${each}`)).join('');
        const expected = new RegExp(`^${source.replaceAll('\\a', 'a').replaceAll('\\b', 'b')}$`, 's').test(
          text.join(''),
        );
        expect(matchesWildcard(pattern.join(''), text.join(''))).toBe(expected);
      },
    ),
  );
});

test('no action is open to everyone that changes anything', () => {
  for (const rule of Object.values(S3_ACTIONS)) if (rule.open) expect(rule.need).toBe('read');
});
