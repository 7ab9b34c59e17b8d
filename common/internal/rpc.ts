/** Calls answered by a function: the server's side of `InternalClient.call`. */
import type { Readable } from 'node:stream';
import type { ZodType } from 'zod';
import { InvalidInput, TooLarge } from '../errors/index.ts';
import type { Role } from '../identity/index.ts';
import { CBOR_CONTENT_TYPE, decodeCbor, encodeCbor } from './cbor.ts';
import type { CallContext, CallRoute, InternalRoute } from './server.ts';

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
const NO_BODY = Buffer.alloc(0);

/**
 * A call with an input of `schema`, from one of `roles`, in frames or as `POST path`; the answer is encoded as CBOR (nothing
 * when undefined).
 */
export function rpcRoute<Input>(
  path: string,
  roles: readonly Role[],
  schema: ZodType<Input>,
  answer: (input: Input, context: CallContext) => Promise<unknown>,
): InternalRoute {
  const call = callRoute(path, roles, schema, (input, _body, context) => answer(input, context));
  return {
    method: 'POST',
    path,
    roles,
    call,
    handle: async (context) => {
      const result = await call.answer(await readBody(context.request, BODY_LIMIT_BYTES), NO_BODY, context);
      if (result === undefined) {
        context.response.writeHead(204).end();
        return;
      }
      const bytes = encodeCbor(result);
      context.response.writeHead(200, { 'content-type': CBOR_CONTENT_TYPE, 'content-length': bytes.length }).end(bytes);
    },
  };
}

/** A call in frames alone, with bytes that ride along as they are. */
export function callRoute<Input>(
  path: string,
  roles: readonly Role[],
  schema: ZodType<Input>,
  answer: (input: Input, body: Buffer, context: CallContext) => Promise<unknown>,
): CallRoute {
  return {
    path,
    roles,
    answer: (head, body, context) => {
      const parsed = schema.safeParse(decode(head));
      if (!parsed.success) {
        throw new InvalidInput(`The body of ${path} is not of its form: ${parsed.error.message}`);
      }
      return answer(parsed.data, body, context);
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
