/** The doors of S3, wired: objects at `s3.<domain>`, websites at `s3-website.<domain>`. */
import type { Door, DoorExchange } from '../../routing/index.ts';
import type { SigningKeys } from '../master/signing-keys.ts';
import type { StorageTools } from '../storage-routes.ts';
import { type Authenticated, Authenticator } from './auth/index.ts';
import { openBody } from './body/index.ts';
import { BucketRulesCache } from './bucket-rules.ts';
import { OPERATIONS } from './operations.ts';
import { S3Door } from './s3-door.ts';
import type { S3Body, S3BodyOptions, S3Tools } from './s3-request.ts';
import { WebsiteDoor } from './website/index.ts';

export interface S3DoorSettings {
  /** The bramble's. */
  domain: string;
  region: string;
  /** More names of the door than `s3.<domain>`. */
  names: readonly string[];
  /** Of this machine: what answers say they come from. */
  node: string;
}

export function s3Doors(
  storage: StorageTools,
  keys: SigningKeys,
  settings: S3DoorSettings,
): { s3: Door; website: Door } {
  const { domain, region, names, node } = settings;
  const host = `s3.${domain}`;
  const rules = new BucketRulesCache(storage.master.buckets, storage.clock);
  const authenticator = new Authenticator({ keys, clock: storage.clock, region });
  const tools: S3Tools = { ...storage, s3: { region, host, rules, authenticator } };
  const hostId = Buffer.from(node).toString('base64');
  return {
    s3: new S3Door({
      tools,
      names: [host, ...names],
      hostId,
      authenticator,
      openBody: bodyOf,
      operations: OPERATIONS,
      rules,
    }),
    website: new WebsiteDoor({ tools, name: `s3-website.${domain}`, hostId }),
  };
}

function bodyOf({ request }: DoorExchange, authenticated: Authenticated, options: S3BodyOptions): S3Body {
  return openBody({ stream: request, headers: request.headers, authenticated }, options);
}
