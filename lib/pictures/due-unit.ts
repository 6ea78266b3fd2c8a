import type { LogEvent } from '../core/run-event.ts';

/** What `due` and `late` are measured in. */
export type DueUnit = 's' | 'steps' | 'epochs';

/** What stands behind the first number, where that is no time; a share of the run's time for an action is one. */
const UNIT = /^[\d.]+ ?(step|epoch|%(?! ov))/;

type Due = Pick<LogEvent, 'why' | 'due' | 'late' | 'step'>;

/** The unit of an action's `due`, which is that of the first of its reasons. */
export function dueUnit({ why: [reason = ''], due, late, step }: Due): DueUnit {
  return intervalUnit(reason, due + late === step);
}

/**
 * The unit of an interval's first term.
 *
 * @param ofSteps whether a share of the run is of its steps, as it is where their number is known, or of its time.
 */
export function intervalUnit(every: string, ofSteps: boolean): DueUnit {
  const unit = UNIT.exec(every)?.[1];
  if (unit === 'epoch') return 'epochs';
  return unit === 'step' || (unit && ofSteps) ? 'steps' : 's';
}
