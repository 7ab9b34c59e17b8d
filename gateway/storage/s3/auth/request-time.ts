/** When a request says that it was signed, and whether that is near enough to now. */
import { formatAmzDate, parseAmzDate, parseDateHeader } from './amz-date.ts';
import type { HeaderValues } from './canonical-request.ts';
import type { PresignedQuery } from './presigned-query.ts';
import { dateMissing, MAX_SKEW_MS, requestExpired, requestNotYetValid, requestTimeTooSkewed } from './refusals.ts';

/**
 * By `x-amz-date`, or else by `Date`, in the form that is signed.
 * @throws S3Error AccessDenied when there is neither, RequestTimeTooSkewed past 15 minutes.
 */
export function requestTime(headers: HeaderValues, nowMs: number): string {
  const amzDate = headers.get('x-amz-date')?.[0]?.trim();
  const date = headers.get('date')?.[0]?.trim();
  const timeMs = amzDate !== undefined ? parseAmzDate(amzDate) : date !== undefined ? parseDateHeader(date) : undefined;
  if (timeMs === undefined) throw dateMissing();
  if (Math.abs(nowMs - timeMs) > MAX_SKEW_MS) throw requestTimeTooSkewed(timeMs, nowMs);
  return amzDate ?? formatAmzDate(timeMs);
}

/** @throws S3Error AccessDenied when the URL is not valid yet, or not any more. */
export function checkValidity(presigned: PresignedQuery, nowMs: number): void {
  const { signedAtMs, expiresSeconds } = presigned;
  if (signedAtMs - nowMs > MAX_SKEW_MS) throw requestNotYetValid(nowMs);
  const expiresMs = signedAtMs + expiresSeconds * 1000;
  if (nowMs >= expiresMs) throw requestExpired(expiresSeconds, expiresMs, nowMs);
}
