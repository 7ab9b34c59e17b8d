export { createIdMaker, type IdMaker } from './id-maker.ts';
export { type Random, systemRandom } from './random.ts';
export { isUuidV7, uuidV7, uuidV7Time } from './uuid-v7.ts';
