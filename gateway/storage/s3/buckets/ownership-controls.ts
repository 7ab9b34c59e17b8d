/** GetBucketOwnershipControls, PutBucketOwnershipControls, DeleteBucketOwnershipControls. */
import { element, node, one, oneOf, readDocument } from '../xml/index.ts';
import { settingOperations } from './setting-operations.ts';

export const OWNERSHIPS = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const;

const controls = node({ Rule: one(node({ ObjectOwnership: one(oneOf(OWNERSHIPS)) })) });

export const ownershipControls = settingOperations({
  setting: 'ownership',
  root: 'OwnershipControls',
  absent: 'OwnershipControlsNotFoundError',
  write: (ownership) => element('Rule', element('ObjectOwnership', ownership)),
  read: (bytes) => readDocument(bytes, 'OwnershipControls', controls).Rule.ObjectOwnership,
});
