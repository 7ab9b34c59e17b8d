/** Making and comparing signatures with a derived signing key. */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

export function sign(signingKey: KeyObject, text: string): string {
  return createHmac('sha256', signingKey).update(text, 'latin1').digest('hex');
}

/** In a time that tells nothing of where they differ. Anything but 64 hex digits equals nothing. */
export function isSameSignature(made: string, given: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(given)) return false;
  return timingSafeEqual(Buffer.from(made, 'latin1'), Buffer.from(given, 'latin1'));
}
