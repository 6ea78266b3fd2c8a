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
  return (instant(interval, mark) + 1) * interval.length;
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

/**
 * Instants of a grid that went by while an action was carried out: nothing will heed them. None for a spaced interval,
 * which starts again when the action is done.
 *
 * @param mark from which the action was due. @param missed whole intervals between its due instant and its firing.
 */
export function droppedMeanwhile(interval: Interval, mark: number, missed: number, moment: Moment): number {
  if (interval.anchor === 'spaced') return 0;
  const passed = instant(interval, position(interval, moment)) - instant(interval, mark);
  return Math.max(0, passed - 1 - missed);
}

/** How many instants of the grid have come by this position. */
function instant({ length }: Interval, at: number): number {
  return Math.floor(at / length + ROUNDING);
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
