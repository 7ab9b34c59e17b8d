/** Names of buckets and keys of objects, and which of them there may be. */
import { KEY_BYTES } from '../../../common/filesystem/index.ts';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3)$/;

const EMPTY_OR_ODD_LABEL = /\.\.|\.-|-\./;

/** By S3's rules for general purpose buckets; every part between dots can be one of a host's name (RFC 1123 §2.1). */
export function isBucketName(name: string): boolean {
  return BUCKET.test(name) && !EMPTY_OR_ODD_LABEL.test(name) && !IP_ADDRESS.test(name) && !RESERVED.test(name);
}

/** 1 to 1024 bytes of UTF-8 without NUL. */
export function isObjectKey(key: string): boolean {
  return key.length > 0 && Buffer.byteLength(key) <= KEY_BYTES && key.isWellFormed() && !key.includes('\0');
}
