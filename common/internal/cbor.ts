import { Encoder } from 'cbor-x';

/** Plain CBOR (RFC 8949), maps as objects, no records extension: what crosses between processes and lies in the log. */
const encoder = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false, variableMapSize: true });

export const CBOR_CONTENT_TYPE = 'application/cbor';

export function encodeCbor(value: unknown): Buffer {
  return encoder.encode(value);
}

/** @throws Error when the bytes are not one whole CBOR item. */
export function decodeCbor(bytes: Uint8Array): unknown {
  return encoder.decode(bytes as Buffer);
}
