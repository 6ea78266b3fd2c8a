import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { Stopwatch } from './stopwatch.ts';

const times = ({ elapsed, active, training }: Stopwatch) => ({ elapsed, active, training });

test('each activity adds to its own times', () => {
  const clock = manualClock(5000);
  const watch = new Stopwatch(clock);
  clock.advance(100);
  watch.activity = 'acting';
  expect(times(watch)).toEqual({ elapsed: 100, active: 100, training: 100 });
  clock.advance(20);
  watch.activity = 'paused';
  expect(times(watch)).toEqual({ elapsed: 120, active: 120, training: 100 });
  clock.advance(3);
  watch.activity = 'training';
  expect(times(watch)).toEqual({ elapsed: 123, active: 120, training: 100 });
  clock.advance(1);
  watch.read();
  expect(times(watch)).toEqual({ elapsed: 124, active: 121, training: 101 });
});

test('a clock that runs backwards adds nothing, and goes on from where it is', () => {
  const clock = manualClock();
  const watch = new Stopwatch(clock);
  for (const [moved, elapsed] of [
    [100, 100],
    [-60_000, 100],
    [0, 100],
    [50, 150],
  ] as const) {
    clock.advance(moved);
    watch.read();
    expect(watch.elapsed).toBe(elapsed);
  }
});

test('a resumed one goes on from the times it is given; what was before does not count', () => {
  const from = { elapsed: 30, active: 20, training: 10, longestStep: 7 };
  const clock = manualClock(1_000_000);
  const watch = new Stopwatch(clock, from);
  watch.read();
  expect(times(watch)).toEqual({ elapsed: 30, active: 20, training: 10 });
  expect(watch.longestStep).toBe(7);
  clock.advance(5);
  watch.read();
  expect(times(watch)).toEqual({ elapsed: 35, active: 25, training: 15 });
});
