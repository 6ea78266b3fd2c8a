import type { LogEvent } from '../core/run-event.ts';

/** What `due` and `late` are measured in. */
export type DueUnit = 's' | 'steps' | 'epochs';

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
  const [term = ''] = every.split(/ (?:or|and) /);
  if (/ steps?$/.test(term) || (ofSteps && /%$/.test(term))) return 'steps';
  return / epochs?$/.test(term) ? 'epochs' : 's';
}
