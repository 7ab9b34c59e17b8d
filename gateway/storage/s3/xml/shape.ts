/** Shapes of request bodies, for Zod over what `parseXml` gives: every child is a list there. */
import { z } from 'zod';
import { S3Error, type S3ErrorCode } from '../errors/index.ts';
import { malformed, parseXml } from './reader.ts';

/** Exactly one such child. */
export function one<Value extends z.ZodType>(value: Value) {
  return z.tuple([value]).transform(([only]) => only as z.output<Value>);
}

/** One such child, or none. */
export function maybe<Value extends z.ZodType>(value: Value) {
  return z
    .array(value)
    .max(1)
    .optional()
    .transform((list) => list?.[0]);
}

/** Any number of such children. */
export function many<Value extends z.ZodType>(value: Value) {
  return z.array(value).default([]);
}

/** An element with children and nothing else; without any it is empty text to the parser. */
export function node<Shape extends z.ZodRawShape>(shape: Shape) {
  const blank = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? {} : value);
  return z.preprocess(blank, z.strictObject(shape));
}

/** Text as it is: keys and values may begin with a space. */
export const text = z.string();
/** Words of S3's own, numbers, dates: what is around them is layout. */
export const word = z.string().trim();

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return word.pipe(z.enum(words));
}

export const boolean = word.pipe(z.enum(['true', 'false', 'TRUE', 'FALSE', 'True', 'False'])).transform((value) => {
  return value.toLowerCase() === 'true';
});

export const integer = word.pipe(z.string().regex(/^-?\d{1,15}$/)).transform(Number);

/** The document, whose root must be one of `roots`. @throws S3Error MalformedXML, or `code` when the shape is another. */
export function readDocument<Value>(
  bytes: Uint8Array,
  roots: string | readonly string[],
  shape: z.ZodType<Value>,
  code: S3ErrorCode = 'MalformedXML',
): Value {
  const { root, value } = parseXml(bytes);
  if (typeof roots === 'string' ? root !== roots : !roots.includes(root)) throw malformed();
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new S3Error(code, { cause: parsed.error });
}
