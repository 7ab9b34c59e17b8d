/** Sizes, rates and durations, as people read and write them. */
import { UsageError } from '../command/exit-code.ts';

const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const DURATION_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `0 B`, `999 B`, `1.5 KiB`, `64 MiB`: three digits at most, never `1024 KiB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${SIZE_UNITS[unit]}`;
}

/** `4096`, `10MiB`, `1.5 TiB`: powers of 1024, whole bytes. @throws UsageError */
export function parseSize(text: string): number {
  const [, number, unit = 'B'] = /^(\d{1,15}(?:\.\d{1,3})?)\s*(B|[KMGTP]iB)?$/.exec(text.trim()) ?? [];
  const power = SIZE_UNITS.findIndex((known) => known === unit);
  const bytes = Math.round(Number(number) * 1024 ** power);
  if (number === undefined || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`'${text}' is not a size; write 500MiB, 100GiB or 2TiB.`);
  }
  return bytes;
}

/** `0:07`, `12:34`, `1:02:03`; more than four days is not worth a promise. */
export function formatRemaining(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds > 99 * 3600) return '-:--';
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `30s`, `15m`, `12h`, `7d`, `2w`, `500ms`. @throws UsageError */
export function parseDurationMs(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(text.trim()) ?? [];
  const factor = unit === undefined ? undefined : DURATION_MS[unit];
  if (number === undefined || factor === undefined) {
    throw new UsageError(`'${text}' is not a duration; write 30s, 15m, 12h, 7d or 2w.`);
  }
  return Number(number) * factor;
}

/** A moment as given on the command line: a time (`2026-05-01`, `2026-05-01T12:00Z`) or how long ago (`2h`). */
export function parseMoment(text: string, nowMs: number): string {
  if (/^\d+(\.\d+)?\s*[a-z]+$/.test(text)) return new Date(nowMs - parseDurationMs(text)).toISOString();
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new UsageError(`'${text}' is not a time; write 2026-05-01, 2026-05-01T12:00Z or 2h.`);
  return new Date(time).toISOString();
}

/** `2026-05-01 14:03` in the local time zone. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
