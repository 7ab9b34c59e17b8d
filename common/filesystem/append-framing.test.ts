import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendBodyLength, decodeAppendBody, encodeAppendBody } from './append-framing.ts';

const payload = fc.uint8Array({ minLength: 1, maxLength: 2000 });
const payloads = fc.array(payload, { minLength: 1, maxLength: 20 });

describe('the framing of appends', () => {
  test('what is encoded is decoded, record by record', () => {
    fc.assert(
      fc.property(payloads, (records) => {
        const body = Buffer.concat(encodeAppendBody(records));
        expect(body.length).toBe(appendBodyLength(records.map((record) => record.length)));
        const decoded = decodeAppendBody(body).map((record) => Buffer.from(record.payload));
        expect(decoded).toEqual(records.map((record) => Buffer.from(record)));
      }),
    );
  });

  test('payloads are not copied', () => {
    const record = new Uint8Array([1, 2, 3]);
    expect(encodeAppendBody([record])[1]).toBe(record);
  });

  test('any flipped bit is noticed', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (records, where) => {
        const body = Buffer.concat(encodeAppendBody(records));
        const bit = where % (body.length * 8);
        body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => decodeAppendBody(body)).toThrow();
      }),
    );
  });

  test('any truncation, and anything behind the last record, is refused', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (records, cut) => {
        const body = Buffer.concat(encodeAppendBody(records));
        expect(() => decodeAppendBody(body.subarray(0, cut % body.length))).toThrow();
        expect(() => decodeAppendBody(Buffer.concat([body, Buffer.of(0)]))).toThrow();
      }),
    );
  });

  test('arbitrary bytes never do more than be refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => decodeAppendBody(bytes)).toThrow(/append/i);
      }),
    );
  });
});
