export { run, summary } from './trust.ts';
