export { objectOperations } from './object-operations.ts';
