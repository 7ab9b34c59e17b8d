/** The headers behind a body's last chunk. */
import type { ChunkSignatures } from './chunk-signatures.ts';
import { trailerMalformed } from './refusals.ts';

const SIGNATURE = 'x-amz-trailer-signature';

export class Trailer {
  readonly #signatures: ChunkSignatures | undefined;
  readonly #values = new Map<string, string>();
  #canonical = '';
  #signature: string | undefined;

  /** `signatures`: of a body whose chunks are signed; then its trailer must be, too. */
  constructor(signatures: ChunkSignatures | undefined) {
    this.#signatures = signatures;
  }

  /** Lower-case names. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** @throws S3Error MalformedTrailerError */
  addLine(line: string): void {
    const match = /^([A-Za-z0-9-]{1,128}):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (!match) throw trailerMalformed('a line is no header');
    const [, rawName = '', value = ''] = match;
    const name = rawName.toLowerCase();
    if (this.#signature !== undefined) throw trailerMalformed('something follows its signature');
    if (name === SIGNATURE) {
      this.#signature = value;
      return;
    }
    if (this.#values.has(name)) throw trailerMalformed(`it has ${name} twice`);
    this.#values.set(name, value);
    this.#canonical += `${name}:${value}\n`;
  }

  /** @throws S3Error MalformedTrailerError, SignatureDoesNotMatch */
  end(): void {
    if (!this.#signatures) return;
    if (this.#signature === undefined) throw trailerMalformed('it is not signed');
    this.#signatures.checkTrailer(this.#canonical, this.#signature);
  }
}
