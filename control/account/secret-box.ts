/**
 * What must be had back in clear is encrypted at rest with a key file in the data folder: neither the log, nor the
 * database, nor a snapshot of it is enough to read a secret.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Disk } from '../../common/disk/index.ts';
import type { Random } from '../../common/ids/index.ts';

const KEY_BYTES = 32;
/** AES-GCM's own sizes (NIST SP 800-38D §5.2.1.1). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class SecretBox {
  readonly #encryptionKey: Buffer;
  readonly #macKey: Buffer;
  readonly #random: Random;

  constructor(key: Uint8Array, random: Random) {
    if (key.length !== KEY_BYTES) throw new Error(`A key of ${KEY_BYTES} bytes is needed, not of ${key.length}.`);
    this.#encryptionKey = Buffer.from(hkdfSync('sha256', key, '', 'bramble encryption', KEY_BYTES));
    this.#macKey = Buffer.from(hkdfSync('sha256', key, '', 'bramble authentication', KEY_BYTES));
    this.#random = random;
  }

  /** The box of the key in the file, which is made when there is none. */
  static async open(disk: Disk, path: string, random: Random): Promise<SecretBox> {
    if (!(await disk.exists(path))) await disk.replaceFile(path, random.bytes(KEY_BYTES), { mode: 0o600 });
    return new SecretBox(await disk.readFile(path), random);
  }

  /** `context` names what the secret is and whose: the box opens only under the same one. */
  seal(secret: Uint8Array, context: string): Uint8Array {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#encryptionKey, nonce).setAAD(Buffer.from(context));
    return new Uint8Array(Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]));
  }

  /** @throws Error when the box was sealed with another key or for another context, or was changed. */
  open(box: Uint8Array, context: string): Buffer {
    const nonce = box.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#encryptionKey, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(box.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  }

  /** HMAC-SHA-256 under a key of the file. */
  authenticate(message: Uint8Array): Buffer {
    return createHmac('sha256', this.#macKey).update(message).digest();
  }

  isAuthentic(message: Uint8Array, code: Uint8Array): boolean {
    return code.length === 32 && timingSafeEqual(this.authenticate(message), code);
  }
}
