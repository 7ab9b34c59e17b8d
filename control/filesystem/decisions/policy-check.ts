/** Whether a policy can be obeyed as it is written: what would silently never, or always, apply is refused. */
import { KNOWN_VARIABLES, type PolicyStatement, VARIABLE } from './policy.ts';
import { problemOfConditions } from './policy-conditions.ts';
import { S3_ACTIONS } from './s3-actions.ts';
import { matchesWildcard } from './wildcard.ts';

const RESOURCE = 'arn:aws:s3:::';
const ACTIONS = Object.keys(S3_ACTIONS).map((action) => action.toLowerCase());
/** Of S3's own list, though there is nothing here that they would allow. */
const OTHER_ACTION = /^s3:[a-z*?]{1,64}$/;

/** Why the policy is malformed; undefined when it is not. */
export function problemOfPolicy(statements: readonly PolicyStatement[], bucket: string): string | undefined {
  const sids = statements.flatMap(({ sid }) => sid ?? []);
  if (new Set(sids).size < sids.length) return 'Two statements have the same Sid.';
  for (const statement of statements) {
    const problem = problemOfStatement(statement, bucket);
    if (problem) return problem;
  }
  return undefined;
}

function problemOfStatement(statement: PolicyStatement, bucket: string): string | undefined {
  const { effect, principals, notPrincipals, actions, notActions, resources, notResources, conditions } = statement;
  for (const [what, included, excluded] of [
    ['Principal', principals, notPrincipals],
    ['Action', actions, notActions],
    ['Resource', resources, notResources],
  ] as const) {
    if (included.length > 0 === excluded.length > 0) return `A statement needs either ${what} or Not${what}.`;
  }
  if (effect === 'Allow' && notPrincipals.length > 0) return 'Allow with NotPrincipal is not supported.';
  const oddAction = [...actions, ...notActions].find((action) => !isAction(action.toLowerCase()));
  if (oddAction !== undefined) return `'${oddAction}' is no action of S3.`;
  const oddResource = [...resources, ...notResources].find((resource) => !isOfBucket(resource, bucket));
  if (oddResource !== undefined) return `Policy has invalid resource: '${oddResource}' is nothing of this bucket.`;
  const texts = [
    ...resources,
    ...notResources,
    ...Object.values(conditions).flatMap((byKey) => Object.values(byKey).flat()),
  ];
  for (const text of texts) {
    for (const [, name = ''] of text.matchAll(VARIABLE)) {
      if (!KNOWN_VARIABLES.includes(name.toLowerCase())) return `'${name}' is no policy variable that is known here.`;
    }
  }
  return problemOfConditions(conditions);
}

function isAction(pattern: string): boolean {
  return pattern === '*' || OTHER_ACTION.test(pattern) || ACTIONS.some((action) => matchesWildcard(pattern, action));
}

/** The bucket's part of the resource may have wildcards of its own. */
function isOfBucket(resource: string, bucket: string): boolean {
  if (!resource.startsWith(RESOURCE)) return resource === '*';
  const [name = ''] = resource.slice(RESOURCE.length).split('/');
  return matchesWildcard(name, bucket) || matchesWildcard(name, `${bucket}/`);
}
