import { describe, expect, test } from 'vitest';
import { WallclockError } from '../core/errors.ts';
import { seededRandom } from '../core/seeded-random.ts';
import type { NamedTensor } from './named-tensor.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const WEIGHTS: readonly NamedTensor[] = [
  {
    name: 'kernel',
    dtype: 'float32',
    shape: [2, 3],
    data: Float32Array.of(0, -0, 1e-45, Math.PI, -1e38, Infinity),
  },
  { name: 'mask', dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  { name: 'steps', dtype: 'int32', shape: [], data: Int32Array.of(-2147483648) },
  { name: 'none', dtype: 'float32', shape: [0, 4], data: new Float32Array() },
  { name: 'Gewicht/ä 😀 "\\', dtype: 'int32', shape: [1, 1, 2], data: Int32Array.of(1, -1) },
];

/** A file of this header, as JSON or as text, and so many bytes of values. */
function fileOf(header: unknown, values = 0, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + values);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const headerOf = (file: Uint8Array) => {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  return { length, text: new TextDecoder().decode(file.subarray(8, 8 + length)) };
};

describe('round trip', () => {
  test('every type and shape comes back to the bit, in its order', () => {
    expect(decodeSafetensors(encodeSafetensors(WEIGHTS), 'file')).toEqual(WEIGHTS);
    expect(decodeSafetensors(encodeSafetensors([]), 'file')).toEqual([]);
  });

  test('bits that are no number stay as they are', () => {
    const bits = Int32Array.of(0x7fc00001, 0x7f800000, -0x800000);
    const data = new Float32Array(bits.buffer);
    const [back] = decodeSafetensors(
      encodeSafetensors([{ name: 'x', dtype: 'float32', shape: [3], data }]),
      'file',
    );
    expect(new Int32Array(back!.data.buffer)).toEqual(bits);
  });

  test('tensors that lie inside larger buffers, and a file that does', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const file = encodeSafetensors([{ name: 'x', dtype: 'float32', shape: [2], data }]);
    const larger = new Uint8Array(file.length + 6);
    larger.set(file, 3);
    for (const bytes of [file, larger.subarray(3, 3 + file.length), Buffer.from(file)]) {
      expect(decodeSafetensors(bytes, 'file')[0]?.data).toEqual(Float32Array.of(1, 2));
    }
  });

  test('what was read is its own: the file may be used for something else', () => {
    for (const file of [encodeSafetensors(WEIGHTS), Buffer.from(encodeSafetensors(WEIGHTS))]) {
      const tensors = decodeSafetensors(file, 'file');
      file.fill(0);
      expect(tensors).toEqual(WEIGHTS);
    }
  });

  test('any tensors', () => {
    const random = seededRandom(7);
    const below = (count: number) => Math.floor(random() * count);
    for (let round = 0; round < 200; round++) {
      const tensors = Array.from({ length: below(6) }, (_, index): NamedTensor => {
        const shape = Array.from({ length: below(4) }, () => below(4));
        const size = shape.reduce((product, length) => product * length, 1);
        const name = `${below(1000)}-${index}`;
        if (below(2) === 0) {
          return { name, shape, dtype: 'bool', data: Uint8Array.from({ length: size }, () => below(2)) };
        }
        return { name, shape, dtype: 'float32', data: Float32Array.from({ length: size }, random) };
      });
      const sizes = new Set(tensors.map(({ data }) => data.length > 0));
      const back = decodeSafetensors(encodeSafetensors(tensors), 'file');
      if (sizes.has(false)) expect(new Set(back)).toEqual(new Set(tensors));
      else expect(back).toEqual(tensors);
    }
  });
});

describe('the file', () => {
  test('is as the format says', () => {
    const file = encodeSafetensors([
      { name: 'x', dtype: 'int32', shape: [1, 2], data: Int32Array.of(1, 258) },
    ]);
    const { length, text } = headerOf(file);
    expect(text.trimEnd()).toBe('{"x":{"dtype":"I32","shape":[1,2],"data_offsets":[0,8]}}');
    expect([...file.subarray(8 + length)]).toEqual([1, 0, 0, 0, 2, 1, 0, 0]);
  });

  test('has its values at a multiple of eight bytes, after spaces', () => {
    for (let letters = 1; letters <= 16; letters++) {
      const name = 'x'.repeat(letters);
      const file = encodeSafetensors([{ name, dtype: 'bool', shape: [1], data: Uint8Array.of(1) }]);
      const { length, text } = headerOf(file);
      expect((8 + length) % 8).toBe(0);
      expect(text).toMatch(/^\{.*\} {0,7}$/);
      expect(file.length).toBe(8 + length + 1);
    }
  });

  test('is the same for the same tensors', () => {
    const again = WEIGHTS.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    expect(encodeSafetensors(again)).toEqual(encodeSafetensors(WEIGHTS));
  });

  test.each([
    ['two of one name', ['a', 'b', 'a'], 'a'],
    ['the name that the format keeps for itself', ['__metadata__'], '__metadata__'],
  ])('is not written with %s, because it could not be read', (_, names, name) => {
    const data = Float32Array.of(1);
    const tensors = names.map((name): NamedTensor => ({ name, dtype: 'float32', shape: [1], data }));
    expect(() => encodeSafetensors(tensors)).toThrow(`got '${name}'`);
    expect(() => encodeSafetensors(tensors)).toThrow(WallclockError);
  });

  test.each([
    [[3], 2],
    [[], 0],
    [[2, 0], 1],
    [[-1, -2], 2],
    [[0.5, 4], 2],
  ])('is not written of shape %j with %d values, because it could not be read', (shape, size) => {
    const tensor: NamedTensor = { name: 'x', dtype: 'float32', shape, data: new Float32Array(size) };
    expect(() => encodeSafetensors([tensor])).toThrow(WallclockError);
    expect(() => encodeSafetensors([tensor])).toThrow(
      `tensors, 'x': expected a shape of whole numbers for ${size} values, got ${JSON.stringify(shape)}.`,
    );
  });

  test('may name its tensors in any order: they are read in the order of their values, empty ones in their place', () => {
    const entry = (shape: number[], from: number, to: number) => ({
      dtype: 'F32',
      shape,
      data_offsets: [from, to],
    });
    const file = fileOf({ c: entry([1], 4, 8), b: entry([0], 4, 4), a: entry([1], 0, 4) }, 8);
    expect(decodeSafetensors(file, 'file').map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('may have metadata, which is passed over', () => {
    const file = fileOf(
      { __metadata__: { format: 'pt' }, x: { dtype: 'BOOL', shape: [], data_offsets: [0, 1] } },
      1,
    );
    expect(decodeSafetensors(file, 'file')).toEqual([
      { name: 'x', dtype: 'bool', shape: [], data: Uint8Array.of(0) },
    ]);
  });

  test.each(['constructor', 'toString', ''])('%j is a name like any other', (name) => {
    const tensors: NamedTensor[] = [{ name, dtype: 'bool', shape: [1], data: Uint8Array.of(1) }];
    expect(decodeSafetensors(encodeSafetensors(tensors), 'file')).toEqual(tensors);
    expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  });
});

describe('a hostile file is refused, and nothing larger than it is allocated', () => {
  const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
    dtype,
    shape,
    data_offsets: offsets,
  });
  const large = 2 ** 28;

  test.each<[name: string, file: Uint8Array, message: RegExp]>([
    ['nothing', new Uint8Array(), /expected at least 8 bytes, got 0/],
    ['seven bytes', new Uint8Array(7), /expected at least 8 bytes, got 7/],
    [
      'a header of 2^60 bytes',
      fileOf({}, 0, 2n ** 60n),
      /a header of at most 2 bytes, got 1152921504606846976/,
    ],
    ['a header of 2^64-1 bytes', fileOf({}, 0, 2n ** 64n - 1n), /a header of at most 2 bytes/],
    ['a header of a byte more than there is', fileOf({}, 0, 3n), /a header of at most 2 bytes, got 3/],
    ['a header of no bytes', fileOf(''), /a header of JSON that begins with \{, got undefined/],
    ['a header that is not JSON', fileOf('{"x":'), /header: expected JSON/],
    ['a header that is not UTF-8', fileOf('{}').fill(0xff, 9), /header: expected JSON/],
    ['a header that is a list', fileOf([]), /begins with \{, got 91/],
    ['a header that is null', fileOf('null'), /begins with \{/],
    [
      'a header that is too deep',
      fileOf(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
      /header: expected at most 3 lists and objects within one another, got 'more'/,
    ],
    [
      'a header that is larger than one of any model',
      fileOf(`{${' '.repeat(1 << 24)}}`),
      /at most 16777216 bytes/,
    ],
    ['notes that are no texts', fileOf({ __metadata__: 5 }), /'__metadata__': expected texts by name, got 5/],
    ['a note that is no text', fileOf({ __metadata__: { by: 5 } }), /expected texts by name, got {"by":5}/],
    [
      'a key that no tensor has',
      fileOf({ x: { ...entry([1], [0, 4]), stride: 1 } }, 4),
      /'x': expected dtype, shape and data_offsets alone, got 'stride'/,
    ],
    ['a header after a space', fileOf(' {}'), /begins with \{, got 32/],
    [
      'a name twice',
      fileOf(
        `{"a":${JSON.stringify(entry([1], [0, 4]))},"\\u0061":${JSON.stringify(entry([1], [4, 8]))}}`,
        8,
      ),
      /header: expected each key once, got 'a'/,
    ],
    [
      'a key of an entry twice',
      fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"shape":[1]}}', 4),
      /header: expected each key once, got 'shape'/,
    ],
    [
      'a bool that is neither 0 nor 1',
      fileOf({ a: entry([2], [0, 2], 'BOOL') }, 2).fill(2, -1),
      /'a' to have a 0 or a 1 in each byte, as bool/,
    ],
    ['an entry that is null', fileOf({ x: null }), /'x': expected dtype/],
    ['an entry that is a number', fileOf({ x: 5 }), /'x': expected dtype/],
    [
      'an unknown type',
      fileOf({ x: entry([1], [0, 8], 'F64') }, 8),
      /'x': expected dtype F32, I32, BOOL, got 'F64'/,
    ],
    ['a type that every object has', fileOf({ x: entry([], [0, 4], '__proto__') }, 4), /got '__proto__'/],
    [
      'a type that every object has too',
      fileOf({ x: entry([], [0, 4], 'constructor') }, 4),
      /got 'constructor'/,
    ],
    ['a type that is none', fileOf({ x: entry([], [0, 4], ['F32']) }, 4), /'x': expected dtype/],
    [
      'an entry that is inherited',
      fileOf('{"__proto__":{"dtype":"F32"}}'),
      /expected no such key, got '__proto__'/,
    ],
    ['no shape', fileOf({ x: entry(undefined, [0, 4]) }, 4), /a shape of whole numbers, got undefined/],
    ['a negative shape', fileOf({ x: entry([-1, -1], [0, 4]) }, 4), /a shape of whole numbers/],
    ['a fractional shape', fileOf({ x: entry([0.5, 2], [0, 4]) }, 4), /a shape of whole numbers/],
    ['a shape of texts', fileOf({ x: entry(['1'], [0, 4]) }, 4), /a shape of whole numbers/],
    ['negative offsets', fileOf({ x: entry([1], [-4, 0]) }, 4), /data_offsets of two whole numbers/],
    ['fractional offsets', fileOf({ x: entry([1], [0, 4.5]) }, 4), /data_offsets of two whole numbers/],
    ['one offset', fileOf({ x: entry([1], [0]) }, 4), /data_offsets of two whole numbers/],
    ['three offsets', fileOf({ x: entry([1], [0, 4, 4]) }, 4), /data_offsets of two whole numbers/],
    [
      'offsets that no number holds',
      fileOf({ x: entry([1], [0, 1e300]) }, 4),
      /data_offsets of two whole numbers/,
    ],
    ['offsets the wrong way round', fileOf({ x: entry([1], [4, 0]) }, 4), /to begin at byte 0, got 4/],
    [
      'tensors that overlap',
      fileOf({ a: entry([2], [0, 8]), b: entry([2], [4, 12]) }, 12),
      /'b' to begin at byte 8, got 4/,
    ],
    [
      'the same bytes twice',
      fileOf({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }, 4),
      /'b' to begin at byte 4, got 0/,
    ],
    ['a gap', fileOf({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), /'b' to begin at byte 4, got 8/],
    ['a gap at the beginning', fileOf({ a: entry([1], [4, 8]) }, 8), /'a' to begin at byte 0, got 4/],
    ['values that belong to none', fileOf({ a: entry([1], [0, 4]) }, 5), /expected 4 bytes of values, got 5/],
    ['values of nothing', fileOf({}, 1), /expected 0 bytes of values, got 1/],
    ['fewer values than it says', fileOf({ a: entry([2], [0, 8]) }, 7), /expected 8 bytes of values, got 7/],
    [
      'a shape that says more than its offsets',
      fileOf({ a: entry([2], [0, 4]) }, 4),
      /to end at byte 8, as its shape says/,
    ],
    [
      'a gigabyte that is not there',
      fileOf({ a: entry([large], [0, 4 * large]) }, 4),
      /expected 1073741824 bytes of values/,
    ],
    [
      'a shape whose product no number holds',
      fileOf({ a: entry(Array(40).fill(2 ** 52), [0, 4]) }, 4),
      /to end at byte Infinity/,
    ],
    [
      'a shape whose product is rounded',
      fileOf({ a: entry([2 ** 27, 2 ** 27], [0, 2 ** 53 - 1]) }, 4),
      /to end at byte 72057594037927940/,
    ],
    [
      'nothing times more than any number',
      fileOf({ a: entry([2 ** 52, ...Array(40).fill(2 ** 52), 0], [0, 0]) }),
      /to end at byte NaN/,
    ],
  ])('%s', (_, file, message) => {
    const before = process.memoryUsage().arrayBuffers;
    let error: unknown;
    try {
      decodeSafetensors(file, 'model.safetensors');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(WallclockError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/^model\.safetensors/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  test('cut at every byte, and with a byte too many', () => {
    const file = encodeSafetensors(WEIGHTS);
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeSafetensors(file.subarray(0, length), 'file'), `${length}`).toThrow(WallclockError);
    }
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(() => decodeSafetensors(longer, 'file')).toThrow(WallclockError);
  });

  test('with any bit of its header turned, it is refused or read: it never fails in another way', () => {
    const file = encodeSafetensors(WEIGHTS);
    const { length } = headerOf(file);
    for (let bit = 0; bit < (8 + length) * 8; bit++) {
      const damaged = file.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(decodeSafetensors(damaged, 'file').length).toBeLessThanOrEqual(WEIGHTS.length);
      } catch (error) {
        expect(error, `bit ${bit}`).toBeInstanceOf(WallclockError);
      }
    }
  });

  test('the message says what to do', () => {
    expect(() =>
      decodeSafetensors(fileOf({}, 1), 'checkpoint-40/model.safetensors'),
    ).toThrowErrorMatchingInlineSnapshot(
      `[WallclockError: checkpoint-40/model.safetensors: expected 0 bytes of values, got 1. The file is damaged: use another checkpoint.]`,
    );
  });
});
