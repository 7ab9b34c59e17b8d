/** The doors of S3, wired: objects at `s3.<domain>`, websites at `s3-website.<domain>`. */
import type { Door } from '../../routing/index.ts';
import type { SigningKeys } from '../master/signing-keys.ts';
import type { StorageTools } from '../storage-routes.ts';
import { Authenticator } from './auth/index.ts';
import { DigestThread, openBody } from './body/index.ts';
import { BucketRulesCache } from './bucket-rules.ts';
import { OPERATIONS } from './operations.ts';
import { S3Door } from './s3-door.ts';
import type { S3Tools } from './s3-request.ts';
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

export interface S3Doors extends AsyncDisposable {
  s3: Door;
  website: Door;
}

export function s3Doors(storage: StorageTools, keys: SigningKeys, settings: S3DoorSettings): S3Doors {
  const { domain, region, names, node } = settings;
  const host = `s3.${domain}`;
  const rules = new BucketRulesCache(storage.master.buckets, storage.clock);
  const authenticator = new Authenticator({ keys, clock: storage.clock, region });
  const digestThread = new DigestThread();
  const tools: S3Tools = { ...storage, s3: { region, host, rules, authenticator, digestThread } };
  const hostId = Buffer.from(node).toString('base64');
  return {
    s3: new S3Door({
      tools,
      names: [host, ...names],
      hostId,
      authenticator,
      openBody: ({ request }, authenticated, options) =>
        openBody({ stream: request, headers: request.headers, authenticated, thread: digestThread }, options),
      operations: OPERATIONS,
      rules,
    }),
    website: new WebsiteDoor({ tools, name: `s3-website.${domain}`, hostId }),
    [Symbol.asyncDispose]: () => digestThread[Symbol.asyncDispose](),
  };
}
