import { ACTIONS, type ActionName } from '../core/policy.ts';
import type { RunState } from '../core/run-state.ts';
import { pointsOf } from '../core/series.ts';
import { type DueUnit, dueUnit, intervalUnit } from './due-unit.ts';

/** What a run did of one action, for a table. */
export interface EventRow {
  /** Which one. */
  readonly action: ActionName;
  /** Its interval, as it was written. */
  readonly every: string;
  /** How often it happened. */
  readonly count: number;
  /** Of `due`, `fired` and `late`. */
  readonly unit: DueUnit;
  /** The last one that its interval asked for. */
  readonly due?: number;
  /** When that one came. */
  readonly fired?: number;
  /** The most that one was late by. */
  readonly late: number;
  /** Seconds for all of them. */
  readonly took: number;
}

/**
 * A row for each action that the run's policy has an interval for.
 *
 * @example
 * ```ts
 * eventRows(events.reduce(fold, IDLE_RUN)).map(({ action, count }) => `${action} ${count}`); // ['log 7', …]
 * ```
 */
export function eventRows(state: RunState): readonly EventRow[] {
  return ACTIONS.flatMap((action) => {
    const every = state.policy.intervals[action];
    if (every === undefined) return [];
    const { count, marks, took } = state[action];
    const late = pointsOf(marks).reduce((most, { value }) => Math.max(most, value), 0);
    return [
      {
        action,
        every,
        count,
        late,
        took,
        ...lastAsked(state, action, intervalUnit(every, isCounted(state))),
      },
    ];
  });
}

/** What is done for another reason than its interval: it is due whenever that reason holds, and tells nothing of the interval. */
const UNASKED: readonly string[] = ['final', 'best', 'asked', 'save'];

/**
 * The last one that its interval asked for. Before the newest one only the marks are known: when it came, how late. The
 * save that a run goes on from is a mark as well: it was told after what it holds.
 */
function lastAsked({ stepsPerEpoch, ...state }: RunState, action: ActionName, unit: DueUnit) {
  const { last, marks } = state[action];
  if (!last) return { unit };
  const [before, newest] = pointsOf(marks).slice(-2);
  const isTold = (newest ?? before)?.step === last.step;
  const wasAsked = !UNASKED.includes(last.why[0] ?? '');
  if (isTold && wasAsked) return { unit: dueUnit(last), due: last.due, fired: last.due + last.late };
  const mark = isTold ? newest && before : (newest ?? before);
  if (!mark) return { unit };
  const fired = { s: mark.time, steps: mark.step, epochs: mark.step / (stepsPerEpoch ?? Number.NaN) }[unit];
  return { unit, ...(Number.isFinite(fired) && { due: fired - mark.value, fired }) };
}

/** Whether the run's steps are known, of which a share would be. */
function isCounted({ policy: { maxSteps, maxEpochs }, stepsPerEpoch }: RunState): boolean {
  return maxSteps !== undefined || (maxEpochs !== undefined && stepsPerEpoch !== undefined);
}
