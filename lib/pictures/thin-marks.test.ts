import { expect, test } from 'vitest';
import type { SeriesPoint } from '../core/series.ts';
import { DENSE, thinMarks } from './thin-marks.ts';

const marksAt = (times: readonly number[]): SeriesPoint[] =>
  times.map((time, step) => ({ time, step, value: 0 }));
const every = (seconds: number, count: number) =>
  marksAt(Array.from({ length: count }, (_, index) => (index + 1) * seconds));

test('where there is room every mark is drawn, however near the next', () => {
  const near = every(0.001, DENSE);
  expect(thinMarks(near, 60, 10)).toEqual(near);
});

test('of many, one in each part of the axis, the first', () => {
  const times = thinMarks(every(0.01, 1000), 10, 4).map(({ time }) => time);
  expect(times).toEqual([0.01, 2.5, 5, 7.5, 10]);
});

test('a mark that was drawn stays when more come', () => {
  const all = every(0.01, 1000);
  const before = thinMarks(all.slice(0, 500), 10, 8);
  expect(thinMarks(all, 10, 8).slice(0, before.length)).toEqual(before);
});
