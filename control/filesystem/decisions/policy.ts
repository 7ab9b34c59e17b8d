/** What a bucket's policy says of a request (IAM User Guide, "Policy evaluation logic"): a Deny wins over every Allow. */
import type { z } from 'zod';
import type { policyStatement } from '../../../common/filesystem/index.ts';
import { type ConditionFacts, conditionsHold } from './policy-conditions.ts';
import { matchesWildcard } from './wildcard.ts';

export type PolicyStatement = z.infer<typeof policyStatement>;

export interface PolicyQuestion {
  /** `s3:GetObject`. */
  action: string;
  /** `arn:aws:s3:::<bucket>` or `arn:aws:s3:::<bucket>/<key>`. */
  resource: string;
  /** All by which the asker may be named; empty for the anonymous. */
  identities: readonly string[];
  facts: ConditionFacts;
}

export function judgePolicy(
  statements: readonly PolicyStatement[],
  question: PolicyQuestion,
): 'allow' | 'deny' | 'neutral' {
  const effects = new Set<string>();
  for (const statement of statements) if (applies(statement, question)) effects.add(statement.effect);
  if (effects.has('Deny')) return 'deny';
  return effects.has('Allow') ? 'allow' : 'neutral';
}

function applies(statement: PolicyStatement, { action, resource, identities, facts }: PolicyQuestion): boolean {
  const isNamed = (name: string) => name === '*' || identities.includes(principalName(name));
  const isAction = (pattern: string) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase());
  const isResource = (pattern: string) => {
    const expanded = expandVariables(pattern, facts);
    return expanded !== undefined && matchesWildcard(expanded, resource);
  };
  return (
    among(statement.principals, statement.notPrincipals, isNamed) &&
    among(statement.actions, statement.notActions, isAction) &&
    among(statement.resources, statement.notResources, isResource) &&
    conditionsHold(expandConditions(statement.conditions, facts), facts)
  );
}

/** One of `included`, or, when those are not given, none of `excluded`. */
function among(included: readonly string[], excluded: readonly string[], fits: (one: string) => boolean): boolean {
  return excluded.length > 0 ? !excluded.some(fits) : included.some(fits);
}

/** Of `arn:aws:iam::<namespace>:user/<path>/<name>` the name, of `…:root` the namespace; other names as they are. */
export function principalName(principal: string): string {
  const [, namespace = '', what = ''] = /^arn:aws[^:]*:iam::([^:]*):(.*)$/.exec(principal) ?? [];
  if (what === 'root') return namespace;
  return what.startsWith('user/') ? what.slice(what.lastIndexOf('/') + 1) : principal;
}

/** Policy variables (IAM User Guide, "Variables and tags"): those of who asks. Their values have no wildcards in them. */
export const VARIABLE = /\$\{([^}]*)\}/g;
export const KNOWN_VARIABLES: readonly string[] = ['aws:username', 'aws:userid'];

/** Undefined when the request has no value for one of them: then nothing is matched. */
function expandVariables(text: string, facts: ConditionFacts): string | undefined {
  if (!text.includes('${')) return text;
  let isWhole = true;
  const expanded = text.replace(VARIABLE, (_, name: string) => {
    const [value] = facts(name.toLowerCase()) ?? [];
    if (value === undefined) isWhole = false;
    return value ?? '';
  });
  return isWhole ? expanded : undefined;
}

function expandConditions(conditions: PolicyStatement['conditions'], facts: ConditionFacts) {
  if (!JSON.stringify(conditions).includes('${')) return conditions;
  return Object.fromEntries(
    Object.entries(conditions).map(([operator, byKey]) => [
      operator,
      Object.fromEntries(
        Object.entries(byKey).map(([key, values]) => [
          key,
          values.flatMap((value) => expandVariables(value, facts) ?? []),
        ]),
      ),
    ]),
  );
}
