import { type Best, isBetter } from './best.ts';
import type { Interval } from './every.ts';
import { type Moment, markAt } from './moment.ts';
import type { ActionDone } from './policy.ts';
import type { ActionSchedule, Schedule } from './schedule.ts';

/* What a schedule remembers of an action once it is known what came of it. */

/** A failed action waits a second before it is tried again, then two, four, and so on up to a minute. Milliseconds. */
const RETRY_FIRST = 1_000;
const RETRY_LONGEST = 60_000;
/** An interval that was met late on so many steps in a row is shorter than a step. */
const SHORTER_THAN_A_STEP = 3;

/** Its interval starts again. @param interval of the action, where it has one. */
export function afterSuccess(
  past: ActionSchedule,
  done: ActionDone,
  moment: Moment,
  interval: Interval | undefined,
): ActionSchedule {
  const { action, reading, mark = markAt(moment) } = done;
  // What was done for another reason met none of the instants of a grid, and says nothing of the interval.
  const met = interval?.arms.some(({ text }) => action.why.includes(text));
  const inARow = past.step === reading.step - 1 && met && action.late > 0 ? past.inARow + 1 : 1;
  return {
    ...past,
    ...costs(past, done),
    ...(met && { met: reading }),
    mark,
    count: past.count + 1,
    step: reading.step,
    inARow,
    failures: 0,
    retryAt: 0,
    warned: past.warned || inARow >= SHORTER_THAN_A_STEP,
  };
}

/** It stays due, and waits. */
export function afterFailure(past: ActionSchedule, done: ActionDone, moment: Moment): ActionSchedule {
  const failures = past.failures + 1;
  return { ...past, ...costs(past, done), failures, retryAt: moment.active + waitAfter(failures) };
}

/** Milliseconds before an action is tried again that has failed so many times in a row. */
export function waitAfter(failures: number): number {
  return Math.min(RETRY_FIRST * 2 ** (failures - 1), RETRY_LONGEST);
}

/** What patience makes of an evaluation. @param value of the metric that tells which model is best. */
export function afterEvaluation(schedule: Schedule, best: Best, value: number, moment: Moment): Schedule {
  const better = isBetter(best, value, schedule.bar, best.minDelta);
  const { evaluations, since } = schedule.waiting;
  return {
    ...schedule,
    ...(better && { bar: value }),
    waiting: better ? { evaluations: 0, since: markAt(moment) } : { evaluations: evaluations + 1, since },
  };
}

/** What an action has cost by now, whatever came of it. */
function costs({ count, failures, spent, longest }: ActionSchedule, { took, lasted }: ActionDone) {
  return {
    spent: spent + took,
    longest: Math.max(longest, lasted),
    rise: count + failures > 0 ? Math.max(0, lasted - longest) : 0,
  };
}
