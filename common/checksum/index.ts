export { combineCrc32c } from './combine.ts';
export { crc32c } from './crc32c.ts';
