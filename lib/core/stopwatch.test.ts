import { describe, expect, test } from 'vitest';
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
  watch.paused = true;
  expect(times).toMatchObject({ elapsed: 120, active: 120, training: 100 });
  clock.advance(3);
  watch.activity = 'training';
  clock.advance(4);
  watch.paused = false;
  expect(times).toMatchObject({ elapsed: 127, active: 120, training: 100 });
  clock.advance(1);
  watch.read();
  expect(times).toMatchObject({ elapsed: 128, active: 121, training: 101 });
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
  watch.paused = true;
  clock.advance(5000);
  watch.paused = false;
  clock.advance(400);
  watch.readStep();
  expect(times.longestStep).toBe(1000);
});

test('what is skipped is no time at all, whatever goes on', () => {
  const clock = manualClock();
  const { watch, times } = started(clock);
  clock.advance(100);
  watch.read();
  clock.advance(30_000);
  clock.sleep(60_000);
  watch.skip();
  clock.advance(10);
  watch.readStep();
  expect(times).toMatchObject({ elapsed: 110, active: 110, training: 110, longestStep: 110 });
  watch.paused = true;
  clock.advance(500);
  watch.skip();
  clock.advance(7);
  watch.read();
  expect(times).toMatchObject({ elapsed: 117, active: 110 });
  expect(watch.slept).toBe(0);
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

describe('while it is quiet', () => {
  /** A watch whose longest step took 10 ms, at the end of a step. */
  function quiet(milliseconds: number) {
    const clock = manualClock(5000);
    const { watch, times } = started(clock);
    const step = (took: number) => {
      clock.advance(took);
      return watch.readStep();
    };
    expect(step(10)).toBe(false);
    watch.quietFor(milliseconds);
    return { clock, watch, times, step };
  }

  test('steps leave the times as they are, and all of it is added up when somebody asks', () => {
    const { watch, times, step } = quiet(100);
    expect([step(10), step(4), step(0)]).toEqual([true, true, true]);
    expect(times).toEqual({ elapsed: 10, active: 10, training: 10, longestStep: 10 });
    watch.settle();
    expect(times).toEqual({ elapsed: 24, active: 24, training: 24, longestStep: 10 });
    watch.settle();
    expect(times.training).toBe(24);
    expect(step(7)).toBe(true);
    watch.read();
    expect(times.training).toBe(31);
  });

  test('it ends at its instant, and not before', () => {
    const { times, step } = quiet(30);
    expect([step(10), step(10), step(9)]).toEqual([true, true, true]);
    expect(step(1)).toBe(false);
    expect(times).toEqual({ elapsed: 40, active: 40, training: 40, longestStep: 10 });
    expect(step(1), 'it does not begin again by itself').toBe(false);
  });

  test('a step that is longer than all before it ends it, and is the longest from then on', () => {
    const { times, step } = quiet(1000);
    expect([step(9), step(11), step(11)]).toEqual([true, false, true]);
    expect(times).toMatchObject({ training: 30, longestStep: 11 });
  });

  test('so do a clock that runs backwards, a reading amid a step and another activity', () => {
    for (const end of [
      ({ clock }: ReturnType<typeof quiet>) => clock.advance(-1),
      ({ watch }: ReturnType<typeof quiet>) => watch.read(),
      ({ watch }: ReturnType<typeof quiet>) => {
        watch.activity = 'acting';
        watch.activity = 'training';
      },
    ]) {
      const started = quiet(1000);
      expect(started.step(5)).toBe(true);
      end(started);
      expect(started.step(0)).toBe(false);
      expect(started.times).toMatchObject({ training: 15, longestStep: 10 });
    }
  });

  test('a step of which a part was read before is as long as it was', () => {
    const { clock, watch, times, step } = quiet(1000);
    step(3);
    clock.advance(8);
    watch.read();
    step(8);
    expect(times).toMatchObject({ training: 29, longestStep: 16 });
  });

  test('the wall is compared all the same: a sleep ends it, and no sleep does not', () => {
    const { clock, watch, times, step } = quiet(10_000);
    for (let ended = 0; ended < 23; ended++) expect(step(10)).toBe(true);
    expect(times.training, 'it was not compared').toBe(10);
    expect(step(10)).toBe(true);
    expect(times.training, 'it was compared').toBe(250);
    clock.sleep(60_000);
    for (let ended = 0; ended < 24; ended++) expect(step(10)).toBe(true);
    expect(step(10)).toBe(false);
    expect(times).toMatchObject({ training: 500, elapsed: 60_500 });
    expect(watch.slept).toBe(60_000);
  });

  test('it is not begun in a pause', () => {
    const { clock, watch, times } = quiet(1000);
    watch.paused = true;
    watch.quietFor(1000);
    clock.advance(5);
    expect(watch.readStep()).toBe(false);
    expect(times).toMatchObject({ elapsed: 15, active: 10 });
  });
});
