export { deleteObject } from './delete-object.ts';
export { getObject, headObject } from './get-object.ts';
export { putObject } from './put-object.ts';
