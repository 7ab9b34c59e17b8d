export { postObject } from './post-object.ts';
