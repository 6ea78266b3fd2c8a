import { expect, test } from 'vitest';
import { horizonOf as horizonOfPlaces, type Place } from './horizon.ts';
import type { Moment } from './moment.ts';

const moment = (at: Partial<Moment> = {}): Moment => ({
  ...{ step: 20, epoch: 2, elapsed: 300, active: 200, training: 100, longestStep: 0 },
  ...at,
});

type Axis = 'active' | 'training' | 'elapsed' | 'step' | 'epoch';

function horizonOf(
  places: { readonly [axis in Axis]?: number },
  at: Partial<Moment> = {},
  stepsPerEpoch?: number,
) {
  return horizonOfPlaces(Object.entries(places) as unknown as Place[], moment(at), stepsPerEpoch);
}

const ENDLESS = Number.POSITIVE_INFINITY;

test('without a place it goes on for ever, and with one that is infinite', () => {
  const endless = { steps: ENDLESS, milliseconds: ENDLESS };
  expect(horizonOf({})).toEqual(endless);
  const places = { active: ENDLESS, training: ENDLESS, elapsed: ENDLESS, step: ENDLESS, epoch: ENDLESS };
  expect(horizonOf(places)).toEqual(endless);
  expect(horizonOf(places, { step: 0, epoch: 0 })).toEqual(endless);
});

test.each([
  ['active', 305],
  ['training', 405],
  ['elapsed', 205],
] as const)('a place on the axis of %s is so many milliseconds of training away', (axis, away) => {
  const { steps, milliseconds } = horizonOf({ [axis]: 505 });
  expect(steps).toBe(ENDLESS);
  // Less than a rounding may have added.
  expect(away - milliseconds).toBeGreaterThan(0);
  expect(away - milliseconds).toBeLessThan(1e-5);
});

test('of several places the first one counts', () => {
  const steps = [29, 24, 26].map((at): Place => ['step', at]);
  const times = [900, 700, 800].map((at): Place => ['active', at]);
  const horizon = horizonOfPlaces([...steps, ...times], moment());
  expect(horizon.steps).toBe(4);
  expect(Math.round(horizon.milliseconds)).toBe(500);
});

test('a count of steps, or of epochs: at their length where it is known, else at that of those so far', () => {
  expect(horizonOf({ step: 50 }).steps).toBe(30);
  expect(horizonOf({ epoch: 3 }).steps).toBe(10);
  expect(horizonOf({ epoch: 3 }, {}, 7).steps).toBe(7);
  expect(horizonOf({ epoch: 2.5 }, {}, 7).steps).toBe(3);
  expect(horizonOf({ epoch: 2 + 3 / 7 }, {}, 7).steps).toBe(3);
  expect(horizonOf({ step: 25, epoch: 3 }).steps).toBe(5);
  expect(horizonOf({ step: 90, epoch: 3 }).steps).toBe(10);
});

test('never less than one step, also where no epoch is over yet or a count has been passed', () => {
  const first = { step: 0, epoch: 0 };
  expect(horizonOf({ epoch: 3 }, first).steps).toBe(1);
  expect(horizonOf({ epoch: 3 }, { step: 7, epoch: 0 }).steps).toBe(1);
  expect(horizonOf({ epoch: 3, step: 50 }, { step: 7, epoch: 0 }).steps).toBe(1);
  expect(horizonOf({ step: 20 }).steps).toBe(1);
  expect(horizonOf({ step: 20 }, { step: 30 }).steps).toBe(1);
});
