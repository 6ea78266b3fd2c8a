import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import type { Clock } from './clock.ts';
import { Stopwatch } from './stopwatch.ts';

function started(clock: Clock, from = { elapsed: 0, active: 0, training: 0, longestStep: 0 }) {
  const times = { ...from };
  return { watch: new Stopwatch(clock, times), times };
}

test('each activity adds to its own times', () => {
  const clock = manualClock(5000);
  const { watch, times } = started(clock);
  clock.advance(100);
  watch.activity = 'acting';
  expect(times).toMatchObject({ elapsed: 100, active: 100, training: 100 });
  clock.advance(20);
  watch.activity = 'paused';
  expect(times).toMatchObject({ elapsed: 120, active: 120, training: 100 });
  clock.advance(3);
  watch.activity = 'training';
  expect(times).toMatchObject({ elapsed: 123, active: 120, training: 100 });
  clock.advance(1);
  watch.read();
  expect(times).toMatchObject({ elapsed: 124, active: 121, training: 101 });
});

test('a clock that runs backwards adds nothing, and goes on from where it is', () => {
  const clock = manualClock();
  const { watch, times } = started(clock);
  for (const [moved, elapsed] of [
    [100, 100],
    [-60_000, 100],
    [0, 100],
    [50, 150],
    [10_000, 10_150],
  ] as const) {
    clock.advance(moved);
    watch.compare();
    expect(times.elapsed).toBe(elapsed);
  }
  expect(watch.slept).toBe(0);
});

test('a resumed one goes on from the times it is given; what was before does not count', () => {
  const from = { elapsed: 30, active: 20, training: 10, longestStep: 7 };
  const clock = manualClock(1_000_000);
  const { watch, times } = started(clock, from);
  watch.read();
  expect(times).toEqual(from);
  clock.advance(5);
  watch.readStep();
  expect(times).toEqual({ elapsed: 35, active: 25, training: 15, longestStep: 7 });
});

test('the longest step is of training time, without what was done in between', () => {
  const clock = manualClock();
  const { watch, times } = started(clock);
  const step = (milliseconds: number) => {
    clock.advance(milliseconds);
    watch.readStep();
    return times.longestStep;
  };
  expect([step(30), step(20)]).toEqual([30, 30]);
  watch.activity = 'acting';
  clock.advance(5000);
  watch.activity = 'training';
  expect([step(25), step(40)]).toEqual([30, 40]);
});

test('a pause amid a step leaves both of its parts one step', () => {
  const clock = manualClock();
  const { watch, times } = started(clock);
  clock.advance(600);
  watch.activity = 'paused';
  clock.advance(5000);
  watch.activity = 'training';
  clock.advance(400);
  watch.readStep();
  expect(times.longestStep).toBe(1000);
});

test('a sleep is elapsed time alone', () => {
  const clock = manualClock();
  const { watch, times } = started(clock);
  clock.advance(1000);
  watch.read();
  clock.sleep(3_600_000);
  clock.advance(100);
  watch.read();
  expect(times, 'the wall was read less than 250 ms ago').toMatchObject({ elapsed: 1100 });
  clock.advance(150);
  watch.read();
  expect(times).toMatchObject({ elapsed: 3_601_250, active: 1250, training: 1250 });
  expect(watch.slept).toBe(3_600_000);
});

test('before something that is worth it the wall is compared at once', () => {
  const clock = manualClock();
  const { watch, times } = started(clock);
  clock.sleep(60_000);
  clock.advance(1);
  watch.compare();
  expect(times).toMatchObject({ elapsed: 60_001, active: 1 });
});

test('a wall that drifts, is set back or is set forward by less than two seconds is no sleep', () => {
  const clock = manualClock();
  const { watch, times } = started(clock);
  for (let second = 0; second < 3600; second++) {
    clock.advance(1000);
    clock.sleep(second % 600 === 0 ? -86_400_000 : 1);
    watch.read();
  }
  clock.sleep(1999);
  watch.compare();
  expect(watch.slept).toBe(0);
  expect(times.elapsed).toBe(3_600_000);
  clock.sleep(2000);
  watch.compare();
  expect(watch.slept).toBe(2000);
});

test('the wall is read at most four times a second', () => {
  let now = 0;
  let read = 0;
  const { watch } = started({ now: () => now, wall: () => ++read });
  for (; now < 10_000; now++) watch.readStep();
  expect(read).toBeLessThanOrEqual(41);
  expect(read).toBeGreaterThan(30);
});
