export { WebsiteDoor } from './website-door.ts';
