/**
 * The inner loop of CRC-64 as a WebAssembly module, assembled by hand (WebAssembly Core Specification 2.0 §5): it is one
 * function of sixteen look-ups, too small for a compiler among the dependencies.
 */

/** Reflected: the lowest power in the highest bit. */
export const POLYNOMIAL = 0x9a6c9329ac4bc9b5n;
export const TABLES = 16;
const TABLE_BYTES = 256 * 8;
export const DATA_OFFSET = TABLES * TABLE_BYTES;
/** Of 64 KiB: the tables, and as much for data as fits into what a processor has near at hand. */
export const MEMORY_PAGES = 2;

const I32 = 0x7f;
const I64 = 0x7e;
const VOID = 0x40;

/** Parameters and locals of `update(crc: i64, length: i32) → i64`. */
const CRC = 0;
const LENGTH = 1;
const AT = 2;
const END = 3;
const LOW = 4;
const HIGH = 5;

const getLocal = (index: number): number[] => [0x20, index];
const setLocal = (index: number): number[] => [0x21, index];
const i32Const = (value: number): number[] => [0x41, ...signedLeb(value)];
const i64Const = (value: number): number[] => [0x42, ...signedLeb(value)];
/** Of the address on the stack, unaligned. */
const i64Load = (offset: number): number[] => [0x29, 0x00, ...unsignedLeb(offset)];
const i64Load8 = (offset: number): number[] => [0x31, 0x00, ...unsignedLeb(offset)];
const I32_ADD = 0x6a;
const I32_AND = 0x71;
const I32_SHL = 0x74;
const I32_GE_U = 0x4f;
const I64_XOR = 0x85;
const I64_SHR_U = 0x88;
const I32_WRAP_I64 = 0xa7;
const BLOCK = [0x02, VOID];
const LOOP = [0x03, VOID];
const END_OF_BLOCK = 0x0b;
const branch = (depth: number): number[] => [0x0c, depth];
const branchIf = (depth: number): number[] => [0x0d, depth];

export function assembleCrc64(): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 2, I64, I32, 1, I64]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x01, MEMORY_PAGES, MEMORY_PAGES]),
    ...section(7, [2, ...name('memory'), 0x02, 0, ...name('update'), 0x00, 0]),
    ...section(10, [1, ...sized([2, 2, I32, 2, I64, ...updateBody(), END_OF_BLOCK])]),
  ]);
}

function updateBody(): number[] {
  return [
    ...[...i32Const(DATA_OFFSET), ...setLocal(AT)],
    ...[...i32Const(DATA_OFFSET), ...getLocal(LENGTH), I32_ADD, ...setLocal(END)],
    ...whileLeft(16, [
      ...[...getLocal(AT), ...i64Load(0), ...getLocal(CRC), I64_XOR, ...setLocal(LOW)],
      ...[...getLocal(AT), ...i64Load(8), ...setLocal(HIGH)],
      // The first byte has fifteen behind it in this run.
      ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((byte) => lookUp(LOW, byte, 15 - byte)),
      ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((byte) => lookUp(HIGH, byte, 7 - byte)),
      ...Array.from({ length: 15 }, () => I64_XOR),
      ...setLocal(CRC),
    ]),
    ...whileLeft(1, [
      ...[...getLocal(AT), ...i64Load8(0), ...getLocal(CRC), I64_XOR, ...setLocal(LOW)],
      ...[...lookUp(LOW, 0, 0), ...getLocal(CRC), ...i64Const(8), I64_SHR_U, I64_XOR, ...setLocal(CRC)],
    ]),
    ...getLocal(CRC),
  ];
}

/** `body` for every `step` bytes while that many are left. */
function whileLeft(step: number, body: number[]): number[] {
  return [
    ...BLOCK,
    ...LOOP,
    // Leaves when END < AT + step, told as AT + step - 1 >= END.
    ...[...getLocal(AT), ...i32Const(step - 1), I32_ADD, ...getLocal(END), I32_GE_U, ...branchIf(1)],
    ...body,
    ...[...getLocal(AT), ...i32Const(step), I32_ADD, ...setLocal(AT)],
    ...branch(0),
    END_OF_BLOCK,
    END_OF_BLOCK,
  ];
}

/** Puts `tables[table][byte of local]` on the stack. */
function lookUp(local: number, byte: number, table: number): number[] {
  const shifted = byte === 0 ? getLocal(local) : [...getLocal(local), ...i64Const(byte * 8), I64_SHR_U];
  const index = [...shifted, I32_WRAP_I64, ...i32Const(0xff), I32_AND];
  return [...index, ...i32Const(3), I32_SHL, ...i64Load(table * TABLE_BYTES)];
}

function section(id: number, content: number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: number[]): number[] {
  return [...unsignedLeb(content.length), ...content];
}

function name(text: string): number[] {
  return sized([...Buffer.from(text, 'latin1')]);
}

function unsignedLeb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsignedLeb(value >>> 7)];
}

function signedLeb(value: number): number[] {
  const isLast = value >= -0x40 && value < 0x40;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
