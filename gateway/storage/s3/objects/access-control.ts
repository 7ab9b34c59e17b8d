/** `AccessControlPolicy` (S3 API Reference): what visibility is in the words of ACLs. */
import type { Owner } from '../../../../common/filesystem/index.ts';
import { element, many, maybe, node, one, oneOf, readDocument, word, type XmlElement } from '../xml/index.ts';
import { ownerElement } from './listed-object.ts';

export interface AccessControl {
  owner: Owner;
  /** Whether everyone may read. */
  isPublic: boolean;
}

export const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

export function accessControlElements({ owner, isPublic }: AccessControl): XmlElement[] {
  const owners = grant(
    'CanonicalUser',
    [element('ID', owner.id), element('DisplayName', owner.displayName)],
    'FULL_CONTROL',
  );
  const everyones = grant('Group', [element('URI', ALL_USERS)], 'READ');
  return [ownerElement(owner), element('AccessControlList', isPublic ? [owners, everyones] : [owners])];
}

function grant(type: string, grantee: XmlElement[], permission: string): XmlElement {
  return element('Grant', [
    element('Grantee', grantee, { 'xmlns:xsi': XSI, 'xsi:type': type }),
    element('Permission', permission),
  ]);
}

const grantee = node({
  'xsi:type': maybe(word),
  ID: maybe(word),
  DisplayName: maybe(word),
  EmailAddress: maybe(word),
  URI: maybe(word),
});
const policy = node({
  Owner: maybe(node({ ID: maybe(word), DisplayName: maybe(word) })),
  AccessControlList: one(
    node({
      Grant: many(
        node({
          Grantee: one(grantee),
          Permission: one(oneOf(['FULL_CONTROL', 'READ', 'WRITE', 'READ_ACP', 'WRITE_ACP'])),
        }),
      ),
    }),
  ),
});

/** What of a policy visibility can say. @throws S3Error MalformedACLError */
export function readAccessControl(bytes: Uint8Array): { isOfOwnersOnly: boolean; isPublicRead: boolean } {
  const { Owner: owner, AccessControlList: list } = readDocument(
    bytes,
    'AccessControlPolicy',
    policy,
    'MalformedACLError',
  );
  const others = list.Grant.filter(
    ({ Grantee, Permission }) => Permission !== 'FULL_CONTROL' || Grantee.ID === undefined || Grantee.ID !== owner?.ID,
  );
  return {
    isOfOwnersOnly: others.length === 0,
    isPublicRead: others.length === 1 && others[0]?.Permission === 'READ' && others[0].Grantee.URI === ALL_USERS,
  };
}
