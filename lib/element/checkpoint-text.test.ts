import { expect, test } from 'vitest';
import { measuredText, sizeText } from './checkpoint-text.ts';

test.each([
  [undefined, ''],
  [{ loss: 0.25, accuracy: 0.9 }, 'loss 0.250, accuracy 0.900'],
  [{ loss: Number.NaN, accuracy: Number.POSITIVE_INFINITY }, 'loss not a number, accuracy not a number'],
])('what was measured: %j', (metrics, told) => {
  expect(measuredText(metrics)).toBe(told);
  expect(measuredText(metrics && JSON.parse(JSON.stringify(metrics))), 'as a store has it').toBe(told);
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1500, '1.5 kB'],
  [811_000, '811 kB'],
  [2_000_000, '2.0 MB'],
])('%d bytes are %s', (bytes, told) => {
  expect(sizeText(bytes)).toBe(told);
});
