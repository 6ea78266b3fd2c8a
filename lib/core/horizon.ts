import type { Axis } from './every-grammar.ts';
import type { Moment } from './moment.ts';
import type { Schedule } from './schedule.ts';

/** A place on an axis may be reached by rounding alone. */
const ROUNDING = 1e-6;

/** By which part the next step or action may take longer than the longest so far: then it still ends in time. */
export const MARGIN = 1 / 8;

/** The places on each axis before which a schedule has nothing to decide, so that most steps cost a few comparisons. */
export class Horizon {
  schedule: Schedule | undefined;
  deadline = Number.POSITIVE_INFINITY;
  active = 0;
  training = 0;
  elapsed = 0;
  steps = 0;
  epochs = 0;

  clear(): void {
    this.active = this.training = this.elapsed = this.steps = this.epochs = Number.POSITIVE_INFINITY;
  }

  isOf(schedule: Schedule): boolean {
    return this.schedule === schedule;
  }

  add(axis: Axis, at: number): void {
    this[axis] = Math.min(this[axis], at - ROUNDING);
  }

  /** Steps until one of the counted places. How long an epoch is shows in those so far. */
  stepsToCount({ step, epoch }: Moment): number {
    const inEpochs = epoch > 0 ? ((this.epochs + ROUNDING - epoch) * step) / epoch : 1;
    const epochs = this.epochs === Number.POSITIVE_INFINITY ? this.epochs : inEpochs;
    return Math.max(1, Math.floor(Math.min(this.steps - step, epochs) + 2 * ROUNDING) || 1);
  }

  isAhead(moment: Moment): boolean {
    return (
      moment.active < this.active &&
      moment.step < this.steps &&
      moment.training < this.training &&
      moment.elapsed < this.elapsed &&
      moment.epoch < this.epochs &&
      moment.elapsed + moment.longestStep * (1 + MARGIN) < this.deadline
    );
  }
}
