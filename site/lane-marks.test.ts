import { expect, test } from 'vitest';
import { laneMarks } from './lane-marks.ts';

test.each([
  [5, 15, [5, 10, 15]],
  [5, 14, [5, 10]],
  [0.1, 0.3, [0.1, 0.2, 0.30000000000000004]],
  [20, 15, []],
])('every %d s within %d s', (every, span, expected) => {
  expect(laneMarks(every, span)).toEqual(expected);
});
