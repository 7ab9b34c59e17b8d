/**
 * The chain of signatures over a body's chunks: each is made from the one before it, the first from the request's own
 * ("Transferring Payload in Multiple Chunks", Amazon S3 API Reference).
 */
import { createHash, type Hash } from 'node:crypto';
import { EMPTY_SHA256, isSameSignature, type SigningState, sign } from '../auth/index.ts';
import { chunkSignatureWrong } from './refusals.ts';

export class ChunkSignatures {
  readonly #state: SigningState;
  #previous: string;
  #given = '';
  #hash: Hash | undefined;

  constructor(state: SigningState) {
    this.#state = state;
    this.#previous = state.seedSignature;
  }

  /** A chunk begins that is said to have this signature. */
  begin(signature: string): void {
    this.#given = signature.toLowerCase();
    this.#hash = createHash('sha256');
  }

  update(piece: Uint8Array): void {
    this.#hash?.update(piece);
  }

  /** @throws S3Error SignatureDoesNotMatch */
  end(): void {
    const hash = this.#hash?.digest('hex') ?? EMPTY_SHA256;
    this.#check('AWS4-HMAC-SHA256-PAYLOAD', `${EMPTY_SHA256}\n${hash}`, this.#given);
  }

  /** `canonical`: the trailing headers, each as `name:value\n`. @throws S3Error SignatureDoesNotMatch */
  checkTrailer(canonical: string, signature: string): void {
    const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
    this.#check('AWS4-HMAC-SHA256-TRAILER', hash, signature.toLowerCase());
  }

  #check(algorithm: string, hashes: string, given: string): void {
    const { amzDate, scope, signingKey } = this.#state;
    const stringToSign = `${algorithm}\n${amzDate}\n${scope}\n${this.#previous}\n${hashes}`;
    const made = sign(signingKey, stringToSign);
    if (!isSameSignature(made, given)) throw chunkSignatureWrong(given, stringToSign);
    this.#previous = made;
  }
}
