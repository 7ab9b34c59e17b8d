/** The times that signatures name. */

/** `YYYYMMDDTHHMMSSZ` (ISO 8601, basic form), as `x-amz-date` has it, in ms since the epoch; undefined when it is none. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  // Date.parse rolls over days that a month does not have.
  return Number.isNaN(time) || new Date(time).toISOString() !== iso ? undefined : time;
}

/** `YYYYMMDDTHHMMSSZ` of a time in ms since the epoch. */
export function formatAmzDate(timeMs: number): string {
  return `${new Date(timeMs).toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
}

/** RFC 9110 §5.6.7, and the basic form, which some clients put into `Date`. */
export function parseDateHeader(text: string): number | undefined {
  const basic = parseAmzDate(text);
  if (basic !== undefined) return basic;
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** `YYYY-MM-DDTHH:MM:SSZ`, as S3's errors show times. */
export function formatErrorTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
