/**
 * What rides along with `/chunks/append` and `/chunks/replicate`: `u32 count, count × (u32 length, u32 crc32c)`, then the
 * payloads one behind the other. Integers are little-endian. A record has 1 to SMALL_OBJECT_BYTES bytes.
 */
import { crc32c } from '../checksum/index.ts';
import { InvalidInput } from '../errors/index.ts';
import { SMALL_OBJECT_BYTES } from './limits.ts';

/** Records in one body, at most. */
export const APPEND_RECORDS = 4096;
/** Payload bytes in one body, at most. */
export const APPEND_PAYLOAD_BYTES = 8 * 1024 * 1024;
/** Bytes of one body, at most. */
export const APPEND_BODY_BYTES = APPEND_PAYLOAD_BYTES + framingLength(APPEND_RECORDS);

export interface AppendRecord {
  payload: Uint8Array;
  crc32c: number;
}

/** The framing, then `records` as they are (views, not copied). Checksums are computed unless given. */
export function encodeAppendBody(records: readonly (Uint8Array | AppendRecord)[]): Uint8Array[] {
  const head = Buffer.allocUnsafe(framingLength(records.length));
  head.writeUInt32LE(records.length, 0);
  const payloads = records.map((record, index) => {
    const { payload, crc32c: checksum } =
      record instanceof Uint8Array ? { payload: record, crc32c: crc32c(record) } : record;
    head.writeUInt32LE(payload.byteLength, 4 + index * 8);
    head.writeUInt32LE(checksum, 8 + index * 8);
    return payload;
  });
  return [head, ...payloads];
}

/** Bytes of the body that `encodeAppendBody` makes of records with these payload lengths: for Content-Length. */
export function appendBodyLength(payloadLengths: readonly number[]): number {
  return payloadLengths.reduce((sum, length) => sum + length, framingLength(payloadLengths.length));
}

/**
 * The records of a body, as views of it, each checked against its checksum.
 * @throws InvalidInput `append-framing` when it is not of the form, `checksum-mismatch` when a payload is not what was sent.
 */
export function decodeAppendBody(body: Uint8Array): AppendRecord[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const count = body.byteLength >= 4 ? view.getUint32(0, true) : 0;
  if (count < 1 || count > APPEND_RECORDS) throw malformed(`it must hold 1 to ${APPEND_RECORDS} records`);
  let at = framingLength(count);
  if (body.byteLength < at) throw malformed('it ends within the list of lengths');
  const records: AppendRecord[] = [];
  for (let index = 0; index < count; index++) {
    const length = view.getUint32(4 + index * 8, true);
    const checksum = view.getUint32(8 + index * 8, true);
    if (length < 1 || length > SMALL_OBJECT_BYTES) throw malformed(`record ${index} has a length of ${length} bytes`);
    if (at + length > body.byteLength) throw malformed(`it ends within record ${index}`);
    const payload = body.subarray(at, at + length);
    if (crc32c(payload) !== checksum) {
      throw new InvalidInput(`Record ${index} of the append is not what was sent.`, { code: 'checksum-mismatch' });
    }
    records.push({ payload, crc32c: checksum });
    at += length;
  }
  if (at !== body.byteLength) throw malformed(`${body.byteLength - at} bytes follow the last record`);
  return records;
}

function framingLength(count: number): number {
  return 4 + count * 8;
}

function malformed(problem: string): InvalidInput {
  return new InvalidInput(`The append's body is malformed: ${problem}.`, { code: 'append-framing' });
}
