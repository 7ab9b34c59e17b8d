/** Presigned URLs by the thousand: the same work for every server, and none while it is measured. */
import { createHash, createHmac } from 'node:crypto';
import type { S3Peer } from '../peers/s3-peer.ts';

const VALID_SECONDS = 6 * 60 * 60;

/** Path and query, signed for the endpoint (AWS SigV4, "Authenticating requests: using query parameters"). `query` is sorted. */
export function presignedTargets(
  peer: Pick<S3Peer, 'endpoint' | 'accessKeyId' | 'secretAccessKey' | 'region'>,
  requests: readonly { method: string; path: string; query?: Record<string, string> }[],
): string[] {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const scope = `${day}/${peer.region}/s3/aws4_request`;
  const key = [day, peer.region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${peer.secretAccessKey}`,
  );
  const { host } = new URL(peer.endpoint);
  return requests.map(({ method, path, query = {} }) => {
    const parameters = Object.entries({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `${peer.accessKeyId}/${scope}`,
      'X-Amz-Date': stamp,
      'X-Amz-Expires': String(VALID_SECONDS),
      'X-Amz-SignedHeaders': 'host',
      ...query,
    })
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join('&');
    const canonical = [method, path, parameters, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const digest = createHash('sha256').update(canonical).digest('hex');
    const signature = createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${digest}`).digest('hex');
    return `${path}?${parameters}&X-Amz-Signature=${signature}`;
  });
}
