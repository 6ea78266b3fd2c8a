import { expect, test } from 'vitest';
import { Horizon } from './horizon.ts';
import type { Moment } from './moment.ts';
import { NEW_SCHEDULE } from './schedule.ts';

const moment = (at: Partial<Moment> = {}): Moment => ({
  ...{ step: 0, epoch: 0, elapsed: 0, active: 0, training: 0, longestStep: 0 },
  ...at,
});

function horizonOf(
  places: { readonly [axis in 'active' | 'training' | 'elapsed' | 'steps' | 'epochs']?: number },
) {
  const horizon = new Horizon();
  horizon.clear();
  for (const [axis, at] of Object.entries(places)) horizon.add(axis as keyof typeof places, at);
  return horizon;
}

test.each([
  ['active', 'active'],
  ['training', 'training'],
  ['elapsed', 'elapsed'],
  ['steps', 'step'],
  ['epochs', 'epoch'],
] as const)('lies ahead until a place on the axis of %s is reached', (axis, at) => {
  const horizon = horizonOf({ [axis]: 5 });
  expect(horizon.isAhead(moment({ [at]: 4.9 }))).toBe(true);
  expect(horizon.isAhead(moment({ [at]: 5 }))).toBe(false);
  expect(horizon.isAhead(moment({ [at]: 5 - 1e-6 }))).toBe(false);
  expect(horizon.isAhead(moment({ [at]: 6 }))).toBe(false);
});

test('of several places the first one counts, and none that is infinite', () => {
  const horizon = horizonOf({ steps: 9 });
  horizon.add('steps', 4);
  horizon.add('steps', 6);
  horizon.add('active', Number.POSITIVE_INFINITY);
  expect(horizon.isAhead(moment({ step: 3, active: 1e12 }))).toBe(true);
  expect(horizon.isAhead(moment({ step: 4 }))).toBe(false);
});

test('before a deadline there is room for one more step, an eighth longer than the longest', () => {
  const horizon = horizonOf({});
  horizon.deadline = 1000;
  expect(horizon.isAhead(moment({ elapsed: 909, longestStep: 80 }))).toBe(true);
  expect(horizon.isAhead(moment({ elapsed: 910, longestStep: 80 }))).toBe(false);
});

test('it is of the schedule that it was looked out from, and of no other that is the same', () => {
  const horizon = new Horizon();
  expect(horizon.isOf(NEW_SCHEDULE)).toBe(false);
  horizon.schedule = NEW_SCHEDULE;
  expect(horizon.isOf(NEW_SCHEDULE)).toBe(true);
  expect(horizon.isOf({ ...NEW_SCHEDULE })).toBe(false);
});

test('steps to the next count: of steps, or of epochs at the length of those so far', () => {
  expect(horizonOf({ steps: 50 }).stepsToCount(moment({ step: 20 }))).toBe(30);
  expect(horizonOf({ epochs: 3 }).stepsToCount(moment({ step: 20, epoch: 2 }))).toBe(10);
  expect(horizonOf({ steps: 25, epochs: 3 }).stepsToCount(moment({ step: 20, epoch: 2 }))).toBe(5);
  expect(horizonOf({ steps: 90, epochs: 3 }).stepsToCount(moment({ step: 20, epoch: 2 }))).toBe(10);
});

test('never less than one step, also where no epoch is over yet or a count has been passed', () => {
  expect(horizonOf({ epochs: 3 }).stepsToCount(moment())).toBe(1);
  expect(horizonOf({ epochs: 3, steps: 50 }).stepsToCount(moment({ step: 7 }))).toBe(1);
  expect(horizonOf({ steps: 20 }).stepsToCount(moment({ step: 20 }))).toBe(1);
  expect(horizonOf({ steps: 20 }).stepsToCount(moment({ step: 30 }))).toBe(1);
  expect(horizonOf({ active: 1 }).stepsToCount(moment({ step: 3 }))).toBe(Number.POSITIVE_INFINITY);
});
