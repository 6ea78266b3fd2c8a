import { expect, test } from 'vitest';
import { countText, measuredText, problemText, sizeText } from './checkpoint-text.ts';

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

test.each([
  [0, 0, 0, 'None yet'],
  [1, 0, 999, '1 checkpoint, 999 bytes'],
  [3, 1, 2000, '3 checkpoints and 1 put aside, 2.0 kB'],
  [0, 2, 2000, '0 checkpoints and 2 put aside, 2.0 kB'],
])('%d checkpoints and %d put aside, of %d bytes: %s', (checkpoints, aside, bytes, told) => {
  expect(countText(checkpoints, aside, bytes)).toBe(told);
});

test('what is wrong is told as it is; of a newer version, what can be done in a page', () => {
  expect(problemText({})).toBeUndefined();
  expect(problemText({ problem: 'Damaged.' })).toBe('Damaged.');
  expect(problemText({ problem: 'Give it a name like checkpoint-40.damaged.', newer: true })).toBe(
    'Written by a newer Wallclock than this page has: reload the page to update it, or delete this checkpoint.',
  );
});
