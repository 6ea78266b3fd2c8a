import { expect, test } from 'vitest';
import { PlanClock } from './plan-clock.ts';

test.each([
  [33_300, 100_000, 3_330_000],
  [0.1, 1_000_000, 100],
  [1 / 3, 3_000_000, 1000],
])('%f µs, %i times, are %i ms to the last bit', (step, times, sum) => {
  const clock = new PlanClock();
  for (let count = 0; count < times; count++) clock.advance(step);
  expect([clock.now(), clock.wall()]).toEqual([sum, sum]);
});
