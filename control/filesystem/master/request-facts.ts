/** What a request says under the condition keys of policies (Service Authorization Reference, "Condition keys for Amazon S3"). */
import type { Tags } from '../../../common/filesystem/index.ts';
import type { Principal } from '../../api/index.ts';
import { type ConditionFacts, conditionKey } from '../decisions/policy-conditions.ts';
import type { Origin } from './access.ts';

/** What a request is about beyond names, for the conditions of policies and the limits of access keys. */
export interface RequestFacts {
  /** Of a listing: its parameters. */
  prefix?: string | undefined;
  delimiter?: string | undefined;
  limit?: number | undefined;
  versionId?: string | undefined;
  /** The tags that the object is to have. */
  requestTags?: Tags | undefined;
}

/** By what a policy may name the asker: user, user's name, access key, or the namespace it is of. */
export function identitiesOf({ userId, name, tokenId, namespaceLimit }: Principal): string[] {
  return [userId, name, tokenId, namespaceLimit].filter((identity) => identity !== undefined);
}

/**
 * The names by which a policy's Allow reaches the asker alone. A namespace is not among them: what is given to it is given to
 * those whose role in it allows as much (as an AWS account's administrators share out what its root is given). An API token
 * passes on nothing beyond its scopes and its namespace; without them its holder is one of everybody.
 */
export function grantedIdentities(principal: Principal, need: 'read' | 'write' | 'administer', namespace: string) {
  const { userId, name, tokenId, via, scopes, namespaceLimit } = principal;
  if (via === 'token') {
    const scope = need === 'read' ? 'storage:read' : 'storage:write';
    const reaches = namespaceLimit === undefined || namespaceLimit === namespace;
    if (!reaches || !(scopes.includes('*') || scopes.includes(scope))) return [];
  }
  return [userId, name, tokenId].filter((identity) => identity !== undefined);
}

const EXISTING_TAG = 's3:existingobjecttag/';
const REQUEST_TAG = 's3:requestobjecttag/';

export function conditionFacts(given: {
  principal: Principal;
  origin: Origin;
  facts: RequestFacts;
  nowMs: number;
  existingTags: () => Tags;
}): ConditionFacts {
  const { principal, origin, facts, nowMs, existingTags } = given;
  const known: Record<string, string | undefined> = {
    'aws:sourceip': origin.address,
    'aws:username': principal.name,
    'aws:userid': principal.userId,
    'aws:currenttime': new Date(nowMs).toISOString(),
    'aws:epochtime': String(Math.floor(nowMs / 1000)),
    's3:prefix': facts.prefix,
    's3:delimiter': facts.delimiter || undefined,
    's3:max-keys': facts.limit === undefined ? undefined : String(facts.limit),
    's3:versionid': facts.versionId,
  };
  const said = new Map(Object.entries(origin.context ?? {}).map(([key, value]) => [conditionKey(key), value]));
  return (key) => {
    if (key === 's3:requestobjecttagkeys') return facts.requestTags && Object.keys(facts.requestTags);
    const value = answer(key);
    return value === undefined ? undefined : [value];
  };

  /** What control knows by itself is not for a door to say. */
  function answer(key: string): string | undefined {
    if (key.startsWith(EXISTING_TAG)) return ownValue(existingTags(), key.slice(EXISTING_TAG.length));
    if (key.startsWith(REQUEST_TAG)) return ownValue(facts.requestTags ?? {}, key.slice(REQUEST_TAG.length));
    return Object.hasOwn(known, key) ? known[key] : said.get(key);
  }
}

function ownValue(tags: Tags, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}
