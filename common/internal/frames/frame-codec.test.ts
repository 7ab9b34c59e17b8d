import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FRAME_BYTES, FRAME_HEADER_BYTES, type Frame, FrameDecoder } from './frame-codec.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const frame = fc.record({
  kind: fc.constantFrom('call' as const, 'answer' as const, 'problem' as const, 'cancel' as const),
  call: fc.integer({ min: 0, max: 0xffff_ffff }),
  path: fc.string({ unit: 'binary', maxLength: 60 }),
  requestId: fc.string({ maxLength: 60 }),
  head: bytes,
  body: fc.array(bytes, { maxLength: 3 }),
});

function decodeAll(pieces: readonly Buffer[]): Frame[] {
  const decoder = new FrameDecoder();
  const frames: Frame[] = [];
  for (const piece of pieces) decoder.push(piece, (found) => frames.push(found));
  return frames;
}

describe('frames', () => {
  test('come out as they went in, however the connection cuts them', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (sent, cuts) => {
        const all = Buffer.concat(sent.map(encodeFrame));
        const places = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
        const pieces = places.slice(1).map((end, index) => all.subarray(places[index], end));
        const expected = sent.map((one) => ({
          ...one,
          head: Buffer.from(one.head),
          body: Buffer.concat(one.body),
        }));
        expect(decodeAll(pieces)).toEqual(expected);
      }),
    );
  });

  test('that are longer than any may be are neither sent nor believed', () => {
    expect(() => encodeFrame({ kind: 'call', call: 1, body: [new Uint8Array(FRAME_BYTES + 1)] })).toThrow(/too long/);
    expect(() => encodeFrame({ kind: 'call', call: 1, path: 'x'.repeat(256) })).toThrow(/too long/);
    const header = encodeFrame({ kind: 'call', call: 1 });
    header.writeUInt32LE(FRAME_BYTES, 0);
    header.writeUInt32LE(1, 4);
    expect(() => decodeAll([header])).toThrow(/longer/);
  });

  test('arbitrary bytes never do more than be refused or wait for more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        try {
          for (const { kind } of decodeAll([Buffer.from(noise)])) expect(kind).toMatch(/call|answer|problem|cancel/);
        } catch (error) {
          expect(error).toMatchObject({ status: 502 });
        }
      }),
    );
  });

  test('of an unknown kind are refused', () => {
    const strange = encodeFrame({ kind: 'call', call: 1 });
    strange[12] = 9;
    expect(strange).toHaveLength(FRAME_HEADER_BYTES);
    expect(() => decodeAll([strange])).toThrow(/no frames/);
  });
});
