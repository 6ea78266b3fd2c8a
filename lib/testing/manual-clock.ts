import type { Clock } from '../core/clock.ts';

/** A clock that stands still until it is moved: with it, tests of time neither sleep nor flake. */
export interface ManualClock extends Clock {
  /** Moves both readings by so many milliseconds. A negative number is a clock that runs backwards. */
  advance(milliseconds: number): void;
  /** The machine sleeps for so many milliseconds: the wall goes on, the monotonic reading stands still. */
  sleep(milliseconds: number): void;
}

/**
 * A clock that is moved by hand.
 *
 * @param start the first reading of `now` and of `wall`, in milliseconds. Default 0.
 * @example
 * ```ts
 * const clock = manualClock();
 * clock.advance(250);
 * clock.now(); // 250
 * ```
 */
export function manualClock(start = 0): ManualClock {
  let reading = start;
  let slept = 0;
  return {
    now: () => reading,
    wall: () => reading + slept,
    advance(milliseconds) {
      reading += milliseconds;
    },
    sleep(milliseconds) {
      slept += milliseconds;
    },
  };
}
