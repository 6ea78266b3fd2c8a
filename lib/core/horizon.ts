import type { Axis, Moment } from './moment.ts';
import type { Quiet } from './policy.ts';

/** A place on an axis may be reached by rounding alone. */
const ROUNDING = 1e-6;

/** By which part the next step or action may take longer than the longest so far: then it still ends in time. */
export const MARGIN = 1 / 8;

/** What lies ahead of a moment: how far the first of several places is, at the end of a step in training. */
export class Horizon implements Quiet {
  steps = Number.POSITIVE_INFINITY;
  milliseconds = Number.POSITIVE_INFINITY;
  readonly #moment: Moment;
  readonly #stepsPerEpoch: number;

  /** @param stepsPerEpoch where it is not known, epochs are taken to be as long as those so far. */
  constructor(moment: Moment, stepsPerEpoch = moment.step / moment.epoch) {
    this.#moment = moment;
    this.#stepsPerEpoch = stepsPerEpoch;
  }

  add(axis: Axis, at: number): void {
    const { step, epoch } = this.#moment;
    if (at === Number.POSITIVE_INFINITY) return;
    if (axis === 'step') this.#count(at - step);
    else if (axis === 'epoch') this.#count((at - epoch) * this.#stepsPerEpoch);
    else this.milliseconds = Math.min(this.milliseconds, at - this.#moment[axis] - ROUNDING);
  }

  /** One, where it is not known how many steps there are in an epoch. */
  #count(steps: number): void {
    const whole = Math.floor(steps + ROUNDING);
    this.steps = Math.min(this.steps, whole > 1 && whole < Number.POSITIVE_INFINITY ? whole : 1);
  }
}
