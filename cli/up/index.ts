export { upConfig } from './config.ts';
export { run, summary } from './up.ts';
