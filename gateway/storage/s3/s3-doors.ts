/** The doors of S3, wired. */
import { Readable } from 'node:stream';
import type { Door, DoorExchange } from '../../routing/index.ts';
import type { SigningKeys } from '../master/signing-keys.ts';
import type { StorageTools } from '../storage-routes.ts';
import { Authenticator } from './auth/index.ts';
import { BucketRulesCache } from './bucket-rules.ts';
import { S3Error } from './errors/index.ts';
import { OPERATIONS } from './operations.ts';
import { S3Door } from './s3-door.ts';
import type { S3Body, S3Tools } from './s3-request.ts';

export interface S3DoorSettings {
  /** The bramble's. */
  domain: string;
  region: string;
  /** More names of the door than `s3.<domain>`. */
  names: readonly string[];
  /** Of this machine: what answers say they come from. */
  node: string;
}

export function s3Doors(storage: StorageTools, keys: SigningKeys, settings: S3DoorSettings): { s3: Door } {
  const { domain, region, names, node } = settings;
  const host = `s3.${domain}`;
  const rules = new BucketRulesCache(storage.master.buckets, storage.clock);
  const authenticator = new Authenticator({ keys, clock: storage.clock, region });
  const tools: S3Tools = { ...storage, s3: { region, host, rules, authenticator } };
  const hostId = Buffer.from(node).toString('base64');
  return {
    s3: new S3Door({ tools, names: [host, ...names], hostId, authenticator, openBody, operations: OPERATIONS, rules }),
  };
}

function openBody({ request }: DoorExchange): S3Body {
  if (Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined) {
    throw new S3Error('NotImplemented', { message: 'Bodies are not read yet.' });
  }
  return {
    stream: Readable.from([]),
    size: 0,
    digests: () => ({ md5: 'd41d8cd98f00b204e9800998ecf8427e', checksum: undefined }),
  };
}
