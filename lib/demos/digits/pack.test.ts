import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DigitSet, readDigitSet } from './digit-set.ts';
import { ALL_DIGITS, BROWSER_DIGITS, balancedPart, packDigits } from './pack.ts';

let into: string;
let from: string;

beforeEach(async () => {
  into = await mkdtemp(join(tmpdir(), 'wallclock-digits-'));
  from = await mkdtemp(join(tmpdir(), 'wallclock-mnist-'));
  await writeSource(from);
});

afterEach(async () => {
  await Promise.all([into, from].map((folder) => rm(folder, { recursive: true })));
});

const ofEachClass = { train: 2, test: 1 };

test('writes both sets, and leaves nothing else behind', async () => {
  expect(await packDigits({ into, from, ofEachClass })).toEqual([BROWSER_DIGITS, ALL_DIGITS]);
  expect((await readdir(into)).sort()).toEqual([ALL_DIGITS, BROWSER_DIGITS]);
  const all = await readDigitSet(await readFile(join(into, ALL_DIGITS)));
  expect([all.train.labels.length, all.test.labels.length]).toEqual([30, 20]);
  expect(all.train.pixels.subarray(28 * 28, 28 * 28 + 2)).toEqual(Uint8Array.of(1, 1));
  const part = await readDigitSet(await readFile(join(into, BROWSER_DIGITS)));
  expect([part.train.labels.length, part.test.labels.length]).toEqual([20, 10]);
});

test('what is there in this version is left alone, what is damaged is written again', async () => {
  await packDigits({ into, from, ofEachClass });
  expect(await packDigits({ into, from: 'nowhere' })).toEqual([]);
  await writeFile(join(into, ALL_DIGITS), 'no digits');
  expect(await packDigits({ into, from, ofEachClass })).toEqual([ALL_DIGITS]);
});

test('the part of the browser is balanced, and each ten in a row hold all classes', () => {
  const labels = Uint8Array.from({ length: 100 }, (_, index) => (index * 7) % 10);
  const digits = { labels, pixels: labels.slice() };
  const set: DigitSet = { size: 1, train: digits, test: digits };
  const { train, test } = balancedPart(set, { train: 10, test: 3 });
  expect(train.labels.length).toBe(100);
  for (let ten = 0; ten < 100; ten += 10) {
    expect(new Set(train.labels.subarray(ten, ten + 10)).size).toBe(10);
  }
  expect(train.labels.subarray(0, 10)).not.toEqual(train.labels.subarray(10, 20));
  // The pixels go with their labels.
  expect(test.pixels).toEqual(test.labels);
  expect(balancedPart(set, { train: 10, test: 3 }).train).toEqual(train);
});

test.each([
  ['a file that was cut', () => truncate(join(from, 'train-images-idx3-ubyte'), 1000), /and 1000 bytes/],
  [
    'another magic number',
    () => writeFile(join(from, 't10k-labels-idx1-ubyte'), idx(0x803, [20], new Array(20).fill(1))),
    /magic number 2051, items of \[\] and 28 bytes/,
  ],
  ['a missing file', () => rm(join(from, 't10k-labels-idx1-ubyte')), /Run npm ci/],
])('%s in the source is refused, and nothing is written', async (_, damage, message) => {
  await damage();
  await expect(packDigits({ into, from, ofEachClass })).rejects.toThrow(message);
  expect(await readdir(into)).toEqual([]);
});

test('too few of a class are refused', async () => {
  await expect(packDigits({ into, from, ofEachClass: { train: 4, test: 1 } })).rejects.toThrow(
    /expected 4 of each class, got 3/,
  );
});

/** Thirty digits to train and twenty to test; every pixel of a picture is its number. */
async function writeSource(folder: string): Promise<void> {
  for (const [part, count] of [
    ['train', 30],
    ['t10k', 20],
  ] as const) {
    const labels = Array.from({ length: count }, (_, index) => index % 10);
    const pixels = Array.from({ length: count * 28 * 28 }, (_, index) => Math.floor(index / (28 * 28)));
    await writeFile(join(folder, `${part}-labels-idx1-ubyte`), idx(0x801, [count], labels));
    await writeFile(join(folder, `${part}-images-idx3-ubyte`), idx(0x803, [count, 28, 28], pixels));
  }
}

function idx(magic: number, shape: readonly number[], bytes: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + shape.length * 4);
  for (const [index, value] of [magic, ...shape].entries()) header.writeUInt32BE(value, index * 4);
  return Buffer.concat([header, Uint8Array.from(bytes)]);
}
