/**
 * An entry in bytes: the CBOR (RFC 8949) array `[hash, prev, [height, time, commands]]` with integers and counts of fixed
 * width, so that every part has a known place and the hash is taken over bytes as they lie on disk: everything behind
 * the hash but the two bytes that introduce `prev`, which is `prev ‖ [height, time, commands]`.
 */
import { hash as digest } from 'node:crypto';
import { decodeCbor } from '../../common/internal/index.ts';
import type { Command } from './command.ts';
import type { Entry } from './command-log.ts';

export const HASH_BYTES = 32;
export const NO_HASH: Uint8Array = new Uint8Array(HASH_BYTES);
/** The count of commands is a CBOR array header with 16 bits. */
export const MAX_ENTRY_COMMANDS = 0xffff;

const ARRAY_OF_3 = 0x83;
const BYTES_OF_32 = 0x5820;
const UINT_64 = 0x1b;
const ARRAY_16 = 0x99;

const HASH_AT = 3;
const PREV_AT = 37;
const BODY_AT = 69;
const HEIGHT_AT = 71;
const TIME_AT = 80;
const COUNT_AT = 89;
const COMMANDS_AT = 91;
/** An entry's bytes besides its commands. */
export const ENTRY_OVERHEAD_BYTES = COMMANDS_AT;

export interface EntryHead {
  height: number;
  time: number;
  prev: Uint8Array;
  hash: Uint8Array;
}

/** Writes the entry into `into`, which has exactly ENTRY_OVERHEAD_BYTES more than the commands; answers its hash. */
export function encodeEntry(
  into: Buffer,
  entry: { height: number; time: number; prev: Uint8Array },
  commands: readonly Uint8Array[],
): Uint8Array {
  into[0] = ARRAY_OF_3;
  into.writeUInt16BE(BYTES_OF_32, 1);
  into.writeUInt16BE(BYTES_OF_32, PREV_AT - 2);
  into.set(entry.prev, PREV_AT);
  into[BODY_AT] = ARRAY_OF_3;
  into[HEIGHT_AT - 1] = UINT_64;
  writeUint64(into, entry.height, HEIGHT_AT);
  into[TIME_AT - 1] = UINT_64;
  writeUint64(into, entry.time, TIME_AT);
  into[COUNT_AT - 1] = ARRAY_16;
  into.writeUInt16BE(commands.length, COUNT_AT);
  let at = COMMANDS_AT;
  for (const command of commands) {
    into.set(command, at);
    at += command.byteLength;
  }
  const hash = hashOf(into);
  into.set(hash, HASH_AT);
  return hash;
}

/** What the chain needs of an entry, without its commands; undefined when the bytes have not an entry's shape. */
export function decodeEntryHead(payload: Buffer): EntryHead | undefined {
  const hasShape =
    payload.byteLength >= COMMANDS_AT &&
    payload[0] === ARRAY_OF_3 &&
    payload.readUInt16BE(1) === BYTES_OF_32 &&
    payload.readUInt16BE(PREV_AT - 2) === BYTES_OF_32 &&
    payload[BODY_AT] === ARRAY_OF_3 &&
    payload[HEIGHT_AT - 1] === UINT_64 &&
    payload[TIME_AT - 1] === UINT_64 &&
    payload[COUNT_AT - 1] === ARRAY_16;
  if (!hasShape) return undefined;
  return {
    height: readUint64(payload, HEIGHT_AT),
    time: readUint64(payload, TIME_AT),
    prev: payload.subarray(PREV_AT, PREV_AT + HASH_BYTES),
    hash: payload.subarray(HASH_AT, HASH_AT + HASH_BYTES),
  };
}

/** The entry, owning its bytes. @throws Error when the commands are not CBOR. */
export function decodeEntry(payload: Buffer): Entry {
  const own = Buffer.from(payload);
  const head = decodeEntryHead(own);
  if (!head) throw new Error('The bytes are not an entry.');
  return { ...head, commands: decodeCommands(own) };
}

/** An entry's commands; what they hold of bytes are views of the payload. @throws Error when they are not CBOR. */
export function decodeCommands(payload: Buffer): Command[] {
  return decodeCbor(payload.subarray(COUNT_AT - 1)) as Command[];
}

/** SHA-256 over `prev ‖ [height, time, commands]` as they lie in the entry. */
export function hashOf(payload: Buffer): Uint8Array {
  return digest('sha256', payload.subarray(PREV_AT), 'buffer');
}

function writeUint64(into: Buffer, value: number, at: number): void {
  into.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  into.writeUInt32BE(value % 2 ** 32, at + 4);
}

function readUint64(from: Buffer, at: number): number {
  return from.readUInt32BE(at) * 2 ** 32 + from.readUInt32BE(at + 4);
}
