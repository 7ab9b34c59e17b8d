/** Time-ordered ids (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits. */
import type { Clock } from '../clock/index.ts';
import type { Random } from './random.ts';

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const HEX = Buffer.from('0123456789abcdef');
const DASH = 0x2d;

export function uuidV7(clock: Pick<Clock, 'now'>, random: Random): string {
  const bytes = random.bytes(16);
  const now = clock.now();
  writeUint48(bytes, now);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  // Two for every request: letter by letter into one buffer takes a third of the time that slices of hex do.
  const text = Buffer.allocUnsafe(36);
  let at = 0;
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text[at++] = DASH;
    const byte = bytes[index] ?? 0;
    text[at++] = HEX[byte >> 4] ?? 0;
    text[at++] = HEX[byte & 15] ?? 0;
  }
  return text.toString('latin1');
}

function writeUint48(into: Uint8Array, value: number): void {
  let left = Math.floor(value);
  for (let index = 5; index >= 0; index -= 1) {
    into[index] = left % 256;
    left = Math.floor(left / 256);
  }
}

export function isUuidV7(value: string): boolean {
  return CANONICAL.test(value);
}

/** Milliseconds since the Unix epoch at which the id was made. */
export function uuidV7Time(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
