/** Amazon S3 User Guide, "Event message structure", version 2.2. */
import type { PendingEvent } from '../filesystem/index.ts';

/** The body of one notice. The same event has the same sequencer each time it is sent. */
export function eventMessage({ sequence, record }: PendingEvent, awsRegion: string): string {
  const { event, bucket, namespace, key, size, etag, versionId, actor, address, requestId, ruleId, atMs } = record;
  const s3 = {
    s3SchemaVersion: '1.0',
    configurationId: ruleId,
    bucket: { name: bucket, ownerIdentity: { principalId: namespace }, arn: `arn:aws:s3:::${bucket}` },
    object: {
      key: encodeKey(key),
      ...(size !== undefined && { size }),
      ...(etag !== undefined && { eTag: etag }),
      ...(versionId !== undefined && { versionId }),
      sequencer: sequence.toString(16).toUpperCase().padStart(SEQUENCER_DIGITS, '0'),
    },
  };
  const item = {
    eventVersion: '2.2',
    eventSource: 'aws:s3',
    awsRegion,
    eventTime: new Date(atMs).toISOString(),
    eventName: event,
    userIdentity: { principalId: actor },
    requestParameters: { sourceIPAddress: address ?? '' },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
    s3,
  };
  return JSON.stringify({ Records: [item] });
}

const SEQUENCER_DIGITS = 16;

/** As in a form (application/x-www-form-urlencoded): a space is `+`; slashes are kept, as S3 keeps them. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
