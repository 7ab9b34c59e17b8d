export { type AccessControl, accessControlElements, readAccessControl } from './access-control.ts';
export { sendObject, serveObject } from './get-object.ts';
export { objectOperations } from './object-operations.ts';
export { wholeOf } from './served-bytes.ts';
export { checkedTags } from './tag-rules.ts';
