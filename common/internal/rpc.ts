/** A CBOR call answered by a function: the server's side of `InternalClient.call`. */
import type { Readable } from 'node:stream';
import type { ZodType } from 'zod';
import { InvalidInput, TooLarge } from '../errors/index.ts';
import type { Role } from '../identity/index.ts';
import { CBOR_CONTENT_TYPE, decodeCbor, encodeCbor } from './cbor.ts';
import type { InternalRequest, InternalRoute } from './server.ts';

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/** `POST path` with a body of `schema`, from one of `roles`; the answer is encoded as CBOR (204 when undefined). */
export function rpcRoute<Input>(
  path: string,
  roles: readonly Role[],
  schema: ZodType<Input>,
  answer: (input: Input, context: InternalRequest) => Promise<unknown>,
): InternalRoute {
  return {
    method: 'POST',
    path,
    roles,
    handle: async (context) => {
      const parsed = schema.safeParse(decode(await readBody(context.request, BODY_LIMIT_BYTES)));
      if (!parsed.success) {
        throw new InvalidInput(`The body of ${path} is not of its form: ${parsed.error.message}`);
      }
      const result = await answer(parsed.data, context);
      if (result === undefined) {
        context.response.writeHead(204).end();
        return;
      }
      const bytes = encodeCbor(result);
      context.response.writeHead(200, { 'content-type': CBOR_CONTENT_TYPE, 'content-length': bytes.length }).end(bytes);
    },
  };
}

/** The whole body. @throws TooLarge past `limitBytes`. */
export async function readBody(request: Readable, limitBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > limitBytes) throw new TooLarge(`The body is larger than ${limitBytes} bytes.`);
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, size);
}

function decode(bytes: Buffer): unknown {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    throw new InvalidInput('The body is not CBOR.', { cause: error });
  }
}
