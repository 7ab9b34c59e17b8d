import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCbor, encodeCbor } from '../../common/internal/index.ts';
import { decodeEntry, decodeEntryHead, ENTRY_OVERHEAD_BYTES, encodeEntry, hashOf } from './entry-codec.ts';
import { command } from './test-log.ts';

function encoded(entry: { height: number; time: number; prev: Uint8Array }, ids: string[]) {
  const commands = ids.map((id) => encodeCbor(command(id)));
  const bytes = Buffer.alloc(commands.reduce((sum, { byteLength }) => sum + byteLength, ENTRY_OVERHEAD_BYTES));
  return { bytes, hash: encodeEntry(bytes, entry, commands) };
}

const entries = fc.record({
  height: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  time: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  prev: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

test('what is encoded is decoded again, and is plain CBOR', () => {
  fc.assert(
    fc.property(entries, fc.array(fc.string(), { maxLength: 40 }), (entry, ids) => {
      const { bytes, hash } = encoded(entry, ids);
      const decoded = decodeEntry(bytes);
      expect(decoded).toMatchObject({ height: entry.height, time: entry.time, commands: ids.map((id) => command(id)) });
      expect(Buffer.from(decoded.prev).equals(entry.prev)).toBe(true);
      expect(Buffer.from(decoded.hash).equals(hash)).toBe(true);
      const [plainHash, plainPrev, body] = decodeCbor(bytes) as [Uint8Array, Uint8Array, [unknown, unknown, unknown[]]];
      expect(Buffer.from(plainHash).equals(hash)).toBe(true);
      expect(Buffer.from(plainPrev).equals(entry.prev)).toBe(true);
      expect(body[2]).toHaveLength(ids.length);
    }),
  );
});

test('the hash stands for every byte behind it', () => {
  const { bytes, hash } = encoded({ height: 7, time: 9, prev: new Uint8Array(32) }, ['a', 'b']);
  for (let at = 37; at < bytes.byteLength; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(Buffer.from(hashOf(changed)).equals(hash)).toBe(false);
  }
});

test('bytes of any other shape are no entry', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(decodeEntryHead(Buffer.from(bytes))).toBeUndefined();
    }),
  );
});
