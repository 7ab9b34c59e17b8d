export { answerHealth } from './health-routes.ts';
export { Readiness } from './readiness.ts';
