export { type ChecksumAlgorithm, checksumHeader, parseChecksumValue } from './announced-checksums.ts';
export { DigestThread } from './digest-thread.ts';
export type { CheckedDigests } from './expectations.ts';
export { type BodySource, type OpenBodyOptions, type OpenedBody, openBody } from './open-body.ts';
