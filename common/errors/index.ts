export * from './app-error.ts';
export { fromProblem, isProblem, PROBLEM_CONTENT_TYPE, type Problem, toAppError, toProblem } from './problem.ts';
