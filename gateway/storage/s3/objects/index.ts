export { type AccessControl, accessControlElements, readAccessControl } from './access-control.ts';
export { objectOperations } from './object-operations.ts';
export { checkedTags } from './tag-rules.ts';
