/** The tools that people have already, unmodified, against the S3 door of a whole bramble. */
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { awsCli } from './aws-cli.ts';
import { boto3 } from './boto3.ts';
import { KEYS, openDoor, type S3Door } from './door.ts';
import { rclone } from './rclone.ts';
import { restic } from './restic.ts';
import { s3cmd } from './s3cmd.ts';
import { sdkClient, sdkJs } from './sdk-js.ts';

const WRITERS = 32;

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let door: S3Door;
const open = () => door;

beforeAll(async () => {
  door = await openDoor();
  await fill(door);
});

afterAll(async () => {
  await door?.[Symbol.asyncDispose]();
});

async function fill(to: S3Door): Promise<void> {
  const client = sdkClient(to);
  await client.send(new CreateBucketCommand({ Bucket: KEYS.bucket }));
  let next = 0;
  const write = async () => {
    while (next < KEYS.count) {
      const Key = `folder-${String(next % 7)}/key ${String(next).padStart(5, '0')}`;
      next += 1;
      await client.send(new PutObjectCommand({ Bucket: KEYS.bucket, Key, Body: Key }));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  client.destroy();
}

describe('the AWS CLI', () => awsCli(open));
describe('the AWS SDK for JavaScript', () => sdkJs(open));
describe('boto3', () => boto3(open));
describe('rclone', () => rclone(open));
describe('s3cmd', () => s3cmd(open));
describe('restic', () => restic(open));
