import type { Axis, Moment } from './moment.ts';
import type { Quiet } from './policy.ts';

/** A place on an axis may be reached by rounding alone. */
const ROUNDING = 1e-6;

/** By which part the next step or action may take longer than the longest so far: then it still ends in time. */
export const MARGIN = 1 / 8;

/** Something that is to happen there, or may. */
export type Place = readonly [axis: Axis, at: number];

/**
 * How far the first of several places is, at the end of a step in training.
 *
 * @param stepsPerEpoch where it is not known, epochs are taken to be as long as those so far.
 */
export function horizonOf(
  places: readonly Place[],
  moment: Moment,
  stepsPerEpoch = moment.step / moment.epoch,
): Quiet {
  const stepsPer: { readonly [axis in Axis]?: number } = { step: 1, epoch: stepsPerEpoch };
  let steps = Number.POSITIVE_INFINITY;
  let milliseconds = Number.POSITIVE_INFINITY;
  for (const [axis, at] of places) {
    if (at === Number.POSITIVE_INFINITY) continue;
    const left = at - moment[axis];
    const each = stepsPer[axis];
    const whole = Math.floor(left * (each ?? 0) + ROUNDING);
    if (each === undefined) milliseconds = Math.min(milliseconds, left - ROUNDING);
    // One, where it is not known how many steps there are in an epoch.
    else steps = Math.min(steps, whole > 1 && whole < Number.POSITIVE_INFINITY ? whole : 1);
  }
  return { steps, milliseconds };
}
