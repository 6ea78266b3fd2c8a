import type { Interval } from './every.ts';
import type { Moment } from './moment.ts';

/*
 * A trigger is an interval and a mark: the place on its axis from which the next interval is counted. Whether the axis
 * is a time, steps or epochs makes no difference here.
 *
 *   mark          due            position
 *    |<-- length -->|<-- late ------>|
 */

/** When a trigger was due and how it was met, on its interval's axis: milliseconds, steps or epochs. */
export interface Firing {
  readonly due: number;
  readonly late: number;
  /** Whole intervals that went by between due and now; they are dropped. */
  readonly missed: number;
}

/** Rounding in a fraction such as 3/7 of an epoch must not make an action one step late. */
const ROUNDING = 1e-9;

/** The mark of a trigger that has not fired yet. */
export function firstMark(interval: Interval): number {
  return interval.first === 'now' ? -interval.length : 0;
}

/** The mark after an action has completed at this moment. */
export function restartedMark(interval: Interval, moment: Moment): number {
  return position(interval, moment);
}

/** Where on the interval's axis the next action is due. */
export function dueAt(interval: Interval, mark: number): number {
  if (interval.anchor === 'spaced') return mark + interval.length;
  return (Math.floor(mark / interval.length + ROUNDING) + 1) * interval.length;
}

/** Whether the trigger is due: at or after its instant. Allocates nothing. */
export function isDue(interval: Interval, mark: number, moment: Moment): boolean {
  return position(interval, moment) >= dueAt(interval, mark) - ROUNDING;
}

/** What a due trigger tells of itself. */
export function firing(interval: Interval, mark: number, moment: Moment): Firing {
  const due = dueAt(interval, mark);
  const late = Math.max(0, position(interval, moment) - due);
  return { due, late, missed: Math.floor(late / interval.length + ROUNDING) };
}

/** The reading of a moment that an interval is measured on. */
export function position(interval: Interval, moment: Moment): number {
  switch (interval.axis) {
    case 'steps':
      return moment.step;
    case 'epochs':
      return moment.epoch;
    default:
      return moment[interval.axis];
  }
}
