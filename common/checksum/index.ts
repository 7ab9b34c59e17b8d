export { combineCrc32, combineCrc32c } from './combine.ts';
export { combineCrc64nvme } from './combine-crc64.ts';
export { crc32c } from './crc32c.ts';
export { crc64nvme } from './crc64nvme.ts';
