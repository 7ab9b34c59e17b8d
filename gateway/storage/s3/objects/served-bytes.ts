/** Which bytes of an object a GET or HEAD is about: all, a range of them, or one part of what was uploaded in parts. */
import type { Checksum, ObjectContent } from '../../../../common/filesystem/index.ts';
import { chooseRange } from '../../objects/range.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';

export interface ServedBytes {
  /** Inclusive. */
  from: number;
  /** Exclusive. */
  to: number;
  isPartial: boolean;
  /** Of exactly these bytes. */
  checksum?: Checksum;
  /** How many parts there are, for reads by part number. */
  partsCount?: number;
}

const MAX_PART_NUMBER = 10_000;

/** `?partNumber=`. @throws S3Error InvalidArgument, InvalidRequest */
export function partNumberOf(value: string | undefined, range: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const part = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (part < 1 || part > MAX_PART_NUMBER) {
    throw invalidArgument(
      'partNumber',
      value,
      `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
    );
  }
  if (range === undefined) return part;
  throw new S3Error('InvalidRequest', {
    message: 'Cannot specify both Range header and partNumber query parameter',
  });
}

export function wholeOf({ size }: ObjectContent): ServedBytes {
  return { from: 0, to: size, isPartial: false };
}

/** Several ranges, and what is no range of bytes, are answered by the whole. @throws S3Error InvalidRange */
export function servedRange(content: ObjectContent, range: string | undefined): ServedBytes {
  const { size, checksum } = content;
  const choice = chooseRange(range, size);
  switch (choice.kind) {
    case 'whole':
      return { from: 0, to: size, isPartial: false, ...(checksum && { checksum }) };
    case 'part':
      // Clients check what they got against the checksum that comes along: of a range there is none.
      return { from: choice.from, to: choice.to, isPartial: true };
    case 'unsatisfiable':
      throw new S3Error('InvalidRange', {
        elements: { RangeRequested: range ?? '', ActualObjectSize: String(size) },
        headers: { 'content-range': `bytes */${size}` },
      });
  }
}

/** What was not uploaded in parts is one part. @throws S3Error InvalidPart when there is no such part. */
export function servedPart(content: ObjectContent, part: number): ServedBytes {
  const { parts, size, checksum } = content;
  if (!parts) {
    if (part > 1) throw noSuchPart();
    return { from: 0, to: size, isPartial: size > 0, ...(checksum && { checksum }) };
  }
  let from = 0;
  for (const each of parts) {
    const to = from + each.size;
    if (each.part === part) {
      const own = checksumOfPart(each.checksum, checksum);
      return { from, to, isPartial: to > from, partsCount: parts.length, ...(own && { checksum: own }) };
    }
    from = to;
  }
  throw noSuchPart();
}

function checksumOfPart(value: string | undefined, whole: Checksum | undefined): Checksum | undefined {
  return value === undefined || !whole ? undefined : { algorithm: whole.algorithm, value, type: whole.type };
}

function noSuchPart(): S3Error {
  return new S3Error('InvalidPart', { message: 'The requested part number is not one of this object.' });
}
