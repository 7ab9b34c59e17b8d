export { multipartOperations } from './multipart-operations.ts';
