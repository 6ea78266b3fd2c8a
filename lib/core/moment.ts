/**
 * Where a run stands when a decision is made. Times are milliseconds since the run began, all from one reading of the
 * clock, and they go on counting where a resumed run left off: the time between two runs does not count.
 *
 * ```
 *            training   evaluating   training   paused   training
 * elapsed    ##########################################   ########   the wall, also while the machine sleeps
 * active     ##################################           ########   neither paused nor suspended
 * training   ########                 ########            ########   nor evaluating or saving
 * ```
 */
export interface Moment {
  /** Steps completed, counted from 1 at the end of the first. */
  readonly step: number;
  /** Epochs completed, with the part of the one under way where its length is known. */
  readonly epoch: number;
  /** Milliseconds by the wall. */
  readonly elapsed: number;
  /** Milliseconds, neither paused nor suspended. */
  readonly active: number;
  /** Milliseconds, neither evaluating nor saving either. */
  readonly training: number;
  /** The most training time that one step has taken so far. */
  readonly longestStep: number;
  /** Where training went on while a checkpoint is being written beside it: `step` is the checkpoint's. */
  readonly saving?: Mark | undefined;
}

/** What an interval or a limit can be measured on: one of the three times, steps or epochs. */
export type Axis = Base | 'step' | 'epoch';

/** A reading of all of them: milliseconds, steps and epochs. */
export type Mark = Pick<Moment, Axis>;

/** The times of a {@link Moment} that an interval can be measured on. */
export type Base = 'active' | 'training' | 'elapsed';

/** The times of a run that has not begun. */
export const NO_TIMES: Pick<Moment, Base> = { elapsed: 0, active: 0, training: 0 };

/** Where a run begins. */
export const START: Mark = { step: 0, epoch: 0, ...NO_TIMES };

/** What stays of a moment's times, which are brought up to date in place. */
export function timesOf({ elapsed, active, training }: Pick<Moment, Base>): Pick<Moment, Base> {
  return { elapsed, active, training };
}

/** What stays of a moment, likewise. */
export function markAt(moment: Mark): Mark {
  const { step, epoch } = moment;
  return { step, epoch, ...timesOf(moment) };
}
