/** Pieces that follow one another, looked at as one run of bytes. */

export function runLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}

/** The bytes `from` (inclusive) to `to` (exclusive) of the run, as views. */
export function sliceRun(pieces: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  const slices: Uint8Array[] = [];
  let begin = 0;
  for (const piece of pieces) {
    const end = begin + piece.byteLength;
    if (end > from && begin < to) slices.push(piece.subarray(Math.max(from - begin, 0), to - begin));
    begin = end;
    if (begin >= to) break;
  }
  return slices;
}

/** The part of `length` bytes at `position` of a file that fills whole pages of `pageBytes`, relative to `position`. */
export function wholePages(position: number, length: number, pageBytes: number): { from: number; to: number } {
  const from = (pageBytes - (position % pageBytes)) % pageBytes;
  const to = length - ((position + length) % pageBytes);
  return to > from ? { from, to } : { from: length, to: length };
}
