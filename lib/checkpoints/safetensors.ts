import { WallclockError } from '../core/errors.ts';
import { fromJson } from './from-json.ts';
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
/** The reference implementation refuses longer headers. */
const LONGEST_HEADER = 100_000_000;

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

/**
 * The tensors of a file, in the order of their values.
 *
 * @throws {WallclockError} for a file that is cut short, whose header does not hold, or whose tensors overlap, leave
 *   gaps, or have a type other than float32, int32 and bool. Nothing larger than the file is allocated.
 */
export function decodeSafetensors(file: Uint8Array, where: string): NamedTensor[] {
  const fail = (expected: string, got: unknown): never => {
    throw new WallclockError({ where, expected, got, fix: 'The file is damaged: use another checkpoint.' });
  };
  if (file.length < PREFIX) fail('at least 8 bytes', file.length);
  const claimed = new DataView(file.buffer, file.byteOffset, PREFIX).getBigUint64(0, true);
  const most = Math.min(file.length - PREFIX, LONGEST_HEADER);
  if (claimed > BigInt(most)) fail(`a header of at most ${most} bytes`, claimed);
  const length = Number(claimed);
  const values = file.subarray(PREFIX + length);
  // The format wants it first, so that a file of another kind is told at once.
  if (file[PREFIX] !== BRACE) fail('a header of JSON that begins with {', file[PREFIX]);
  const header = fromJson(file.subarray(PREFIX, PREFIX + length), `${where}: header`);
  const entries = Object.entries(header as { [name: string]: unknown })
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => [name, checkEntry(value, `${where}, '${name}'`)] as const)
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  let end = 0;
  const tensors = entries.map(([name, { dtype: code, shape, data_offsets }]): NamedTensor => {
    const dtype = DTYPES[code]!;
    if (data_offsets[0] !== end) fail(`'${name}' to begin at byte ${end}`, data_offsets[0]);
    const bytes = shape.reduce((product, size) => product * size, WIDTH[dtype]);
    end += bytes;
    if (data_offsets[1] !== end) fail(`'${name}' to end at byte ${end}, as its shape says`, data_offsets[1]);
    if (end > values.length) fail(`${end} bytes of values`, values.length);
    // Copied by the constructor: the slice of a Buffer would share the memory of all of it.
    const own = new Uint8Array(values.subarray(data_offsets[0], end)).buffer;
    if (dtype === 'bool' && values.subarray(data_offsets[0], end).some((value) => value > 1)) {
      fail(`'${name}' to have a 0 or a 1 in each byte, as bool`, 'another value');
    }
    const data =
      dtype === 'float32'
        ? new Float32Array(own)
        : dtype === 'int32'
          ? new Int32Array(own)
          : new Uint8Array(own);
    return { name, dtype, shape, data };
  });
  if (end !== values.length) fail(`${end} bytes of values`, values.length);
  return tensors;
}

function checkEntry(value: unknown, where: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { [key in keyof Entry]?: unknown };
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) {
    throw new WallclockError({ where, expected: `dtype ${Object.keys(DTYPES).join(', ')}`, got: dtype });
  }
  if (!isCounts(shape)) throw new WallclockError({ where, expected: 'a shape of whole numbers', got: shape });
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new WallclockError({ where, expected: 'data_offsets of two whole numbers', got: offsets });
  }
  return { dtype, shape, data_offsets: [offsets[0]!, offsets[1]!] };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
