import { WallclockError } from '../core/errors.ts';
import { checkBytes, fromJson } from './from-json.ts';
import type { DType, NamedTensor } from './named-tensor.ts';

/*
 * The safetensors format (https://github.com/huggingface/safetensors#format): eight bytes with the length of the header
 * (little-endian), the header (JSON: name -> dtype, shape, data_offsets from the end of the header), and the values.
 */

const CODES = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const satisfies { [dtype in DType]: string };
const DTYPES: { readonly [code: string]: DType } = { F32: 'float32', I32: 'int32', BOOL: 'bool' };
const WIDTH = { float32: 4, int32: 4, bool: 1 } as const;
const PREFIX = 8;
const BRACE = 0x7b;
/** The format keeps this name for notes, which are not tensors. */
const METADATA = '__metadata__';
/** Names that no tensor can have: the other one is refused wherever it is read. */
const RESERVED = [METADATA, '__proto__'] as const;
/** Bytes, and objects within one another: of some 80,000 tensors. A longer one is not written either. */
const HEADER_BOUNDS = { bytes: 1 << 24, depth: 3, containers: 1 << 20 };

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * The file that holds these tensors, in this order. The same tensors give the same bytes.
 *
 * @throws {WallclockError} where two have the same name, or one has not as many values as its shape says: they could
 *   not be read again.
 */
export function encodeSafetensors(tensors: readonly NamedTensor[]): Uint8Array<ArrayBuffer> {
  const entries: [string, Entry][] = [];
  const taken = new Set<string>(RESERVED);
  let offset = 0;
  for (const { name, dtype, shape, data } of tensors) {
    if (taken.has(name)) {
      const expected = `names of their own, and neither of ${RESERVED.join(', ')}`;
      throw new WallclockError({ where: 'tensors', expected, got: name });
    }
    if (!Object.hasOwn(CODES, dtype)) {
      const expected = `a dtype of ${Object.keys(CODES).join(', ')}`;
      throw new WallclockError({ where: `tensors, '${name}'`, expected, got: dtype });
    }
    taken.add(name);
    if (!isCounts(shape) || shape.reduce((product, size) => product * size, 1) !== data.length) {
      throw new WallclockError({
        where: `tensors, '${name}'`,
        expected: `a shape of whole numbers for ${data.length} values`,
        got: shape,
      });
    }
    const end = offset + data.byteLength;
    entries.push([name, { dtype: CODES[dtype], shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  // Spaces bring the values to a multiple of eight, so that they can be read in place.
  const json = JSON.stringify(Object.fromEntries(entries));
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  checkBytes(length, 'tensors: the header of their names and shapes', HEADER_BOUNDS);
  const file = new Uint8Array(PREFIX + length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, PREFIX, PREFIX + length);
  file.set(text, PREFIX);
  tensors.forEach(({ data }, index) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    file.set(bytes, PREFIX + length + entries[index]![1].data_offsets[0]);
  });
  return file;
}

/** Where a tensor's values are in its file, in bytes from its beginning. */
export interface Place extends Omit<NamedTensor, 'data'> {
  readonly from: number;
  readonly to: number;
}

/**
 * The tensors of a file, in the order of their values.
 *
 * @throws {WallclockError} for a file that is cut short, whose header does not hold, or whose tensors overlap, leave
 *   gaps, or have a type other than float32, int32 and bool. Nothing larger than the file is allocated.
 */
export function decodeSafetensors(file: Uint8Array, where: string): NamedTensor[] {
  return readPlaces(file, file.length, where).map(({ from, to, ...tensor }): NamedTensor => {
    const { name, dtype } = tensor;
    const values = file.subarray(from, to);
    if (dtype === 'bool') checkBools(values, name, where);
    // Copied by the constructor: the slice of a Buffer would share the memory of all of it.
    const own = new Uint8Array(values).buffer;
    const data =
      dtype === 'float32'
        ? new Float32Array(own)
        : dtype === 'int32'
          ? new Int32Array(own)
          : new Uint8Array(own);
    return { ...tensor, data };
  });
}

/** @throws {WallclockError} where a byte is neither 0 nor 1. */
export function checkBools(values: Uint8Array, name: string, where: string): void {
  if (values.some((value) => value > 1)) {
    throw damaged(where, `'${name}' to have a 0 or a 1 in each byte, as bool`, 'another value');
  }
}

/** How many bytes from the beginning of a file say where its tensors are. @param start its first eight, at the least. */
export function lengthOfHead(start: Uint8Array, fileLength: number, where: string): number {
  if (fileLength < PREFIX) throw damaged(where, 'at least 8 bytes', fileLength);
  const claimed = new DataView(start.buffer, start.byteOffset, PREFIX).getBigUint64(0, true);
  const most = Math.min(fileLength - PREFIX, HEADER_BOUNDS.bytes);
  if (claimed > BigInt(most)) throw damaged(where, `a header of at most ${most} bytes`, claimed);
  return PREFIX + Number(claimed);
}

/**
 * Where the tensors of a file are, in the order of their values. Those are not looked at.
 *
 * @param start of the file, with all of its header.
 */
export function readPlaces(start: Uint8Array, fileLength: number, where: string): Place[] {
  const begin = lengthOfHead(start, fileLength, where);
  // The format wants it first, so that a file of another kind is told at once.
  if (start[PREFIX] !== BRACE) throw damaged(where, 'a header of JSON that begins with {', start[PREFIX]);
  const header = fromJson(start.subarray(PREFIX, begin), `${where}: header`, HEADER_BOUNDS);
  const { [METADATA]: notes, ...tensors } = header as { readonly [name: string]: unknown };
  checkNotes(notes, `${where}, '${METADATA}'`);
  const entries = Object.entries(tensors)
    .map(([name, value]) => [name, checkEntry(value, `${where}, '${name}'`)] as const)
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  const length = fileLength - begin;
  let end = 0;
  const places = entries.map(([name, { dtype: code, shape, data_offsets: offsets }]): Place => {
    const dtype = DTYPES[code]!;
    if (offsets[0] !== end) throw damaged(where, `'${name}' to begin at byte ${end}`, offsets[0]);
    end += shape.reduce((product, size) => product * size, WIDTH[dtype]);
    if (offsets[1] !== end) {
      throw damaged(where, `'${name}' to end at byte ${end}, as its shape says`, offsets[1]);
    }
    if (end > length) throw damaged(where, `${end} bytes of values`, length);
    return { name, dtype, shape, from: begin + offsets[0], to: begin + end };
  });
  if (end !== length) throw damaged(where, `${end} bytes of values`, length);
  return places;
}

/** Notes are texts, in the format's own words. Ours have none, and nothing reads them. */
function checkNotes(value: unknown, where: string): void {
  const holds =
    value === undefined ||
    (isObject(value) && Object.values(value).every((note) => typeof note === 'string'));
  if (!holds) throw damaged(where, 'texts by name', value);
}

function checkEntry(value: unknown, where: string): Entry {
  const {
    dtype,
    shape,
    data_offsets: offsets,
    ...others
  } = (isObject(value) ? value : {}) as {
    [key in keyof Entry]?: unknown;
  };
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) {
    throw new WallclockError({ where, expected: `dtype ${Object.keys(DTYPES).join(', ')}`, got: dtype });
  }
  if (!isCounts(shape)) throw new WallclockError({ where, expected: 'a shape of whole numbers', got: shape });
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new WallclockError({ where, expected: 'data_offsets of two whole numbers', got: offsets });
  }
  const [more] = Object.keys(others);
  if (more !== undefined) {
    throw new WallclockError({ where, expected: 'dtype, shape and data_offsets alone', got: more });
  }
  return { dtype, shape, data_offsets: [offsets[0]!, offsets[1]!] };
}

function damaged(where: string, expected: string, got: unknown): WallclockError {
  return new WallclockError({ where, expected, got, fix: 'The file is damaged: use another checkpoint.' });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
