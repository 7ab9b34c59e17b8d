export { bucketOperations } from './operations.ts';
