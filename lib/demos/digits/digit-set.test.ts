import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type DigitSet, readDigitSet, writeDigitSet } from './digit-set.ts';

const SET: DigitSet = {
  size: 2,
  train: { labels: Uint8Array.of(7, 0), pixels: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  test: { labels: Uint8Array.of(9), pixels: Uint8Array.of(9, 10, 11, 255) },
};

test('a set comes back as it was written, gzipped or not', async () => {
  const bytes = writeDigitSet(SET);
  expect(await readDigitSet(bytes)).toEqual(SET);
  expect(await readDigitSet(gzipSync(bytes))).toEqual(SET);
});

test('a set that lies somewhere inside a larger buffer is read too', async () => {
  const bytes = writeDigitSet(SET);
  const larger = new Uint8Array(bytes.length + 6);
  larger.set(bytes, 3);
  expect(await readDigitSet(larger.subarray(3, 3 + bytes.length))).toEqual(SET);
});

test.each([
  ['another file', () => new TextEncoder().encode('<!doctype html><title>404</title>'), /got 'other bytes'/],
  ['nothing', () => new Uint8Array(), /got 'other bytes'/],
  ['another version', () => writeDigitSet(SET).fill(9, 4, 5), /of version 1, got 'version 9'/],
  ['a set that was cut', () => writeDigitSet(SET).subarray(0, 34), /expected 35 bytes, .* got 34/],
  ['a label of no digit', () => writeDigitSet(SET).fill(10, 20, 21), /labels from 0 to 9, got 10/],
  ['a gzip file that was cut', () => gzipSync(writeDigitSet(SET)).subarray(0, 30), /a whole gzip file/],
])('%s is refused', async (_, bytes, message) => {
  await expect(readDigitSet(bytes(), 'digits')).rejects.toThrow(message);
});
