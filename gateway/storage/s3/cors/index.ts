export { answerPreflight, setCorsHeaders } from './answer-origin.ts';
