import type { Interval } from './every.ts';
import type { Moment } from './moment.ts';
import {
  ACTIONS,
  type Action,
  type ActionName,
  type Decision,
  type Point,
  type Policy,
  type StopReason,
} from './policy.ts';
import type { Strategy } from './strategy.ts';
import { droppedMeanwhile, type Firing, firing, firstMark, isDue, restartedMark } from './trigger.ts';

/** What is remembered of each action between decisions. Plain JSON. */
export interface ActionSchedule {
  /** Where on its axis the interval last started again. */
  readonly mark: number;
  /** Instants of its grid that went by while it was last carried out: they are told as missed with its next firing. */
  readonly dropped: number;
  /** The last step that had the action, so that no step has it twice. 0 before the first. */
  readonly step: number;
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds of active time before which a failed action is not tried again. */
  readonly retryAt: number;
}

export type Schedule = { readonly [action in ActionName]: ActionSchedule };

/** A failed action waits a second before it is tried again, then two, four, and so on up to a minute. */
const RETRY_FIRST = 1_000;
const RETRY_LONGEST = 60_000;

/**
 * Wallclock's own policy: each action at its interval, never twice on a step, the final ones where the last step lacks
 * them, and a stop when the time, the steps or the epochs are used up. An interval starts again only when its action
 * has succeeded.
 */
export function strategyPolicy(strategy: Strategy): Policy<Schedule> {
  const { intervals } = strategy;

  function isActionDue(schedule: Schedule, action: ActionName, moment: Moment): boolean {
    const interval = intervals[action];
    const { mark, step, retryAt } = schedule[action];
    return (
      interval !== undefined &&
      step !== moment.step &&
      moment.active >= retryAt &&
      isDue(interval, mark, moment)
    );
  }

  function stopReason(moment: Moment): StopReason | undefined {
    if (moment.step >= strategy.maxSteps) return 'steps';
    if (moment.epoch >= strategy.maxEpochs) return 'epochs';
    if (moment.active >= strategy.maxTime) return 'time';
    return undefined;
  }

  function decideAtBegin(schedule: Schedule, moment: Moment): Decision<Schedule> | undefined {
    const stop = stopReason(moment);
    return stop && { state: schedule, actions: [], stop };
  }

  function decideAtStep(schedule: Schedule, moment: Moment): Decision<Schedule> | undefined {
    const stop = stopReason(moment);
    const due = ACTIONS.some((action) => isActionDue(schedule, action, moment));
    if (!due && stop === undefined) return undefined;
    const actions = ACTIONS.filter((action) => isActionDue(schedule, action, moment)).map((action) => {
      const interval = intervals[action]!;
      const { mark, dropped } = schedule[action];
      const { due, late, missed } = firing(interval, mark, moment);
      return inUnits(action, interval, { due, late, missed: missed + dropped });
    });
    return { state: schedule, actions, ...(stop && { stop }) };
  }

  function decideAtEnd(schedule: Schedule, moment: Moment): Decision<Schedule> | undefined {
    const missing = ACTIONS.filter(
      (action) => strategy.final[action] && schedule[action].step !== moment.step,
    );
    const due = moment.active / 1000;
    const actions = missing.map((type): Action => ({ type, due, late: 0, missed: 0, why: ['final'] }));
    return actions.length > 0 && moment.step > 0 ? { state: schedule, actions } : undefined;
  }

  function remember(schedule: Schedule, { type, missed }: Action, ok: boolean, moment: Moment): Schedule {
    const interval = intervals[type];
    const before = schedule[type];
    const failures = ok ? 0 : before.failures + 1;
    const wait = ok ? 0 : Math.min(RETRY_FIRST * 2 ** (failures - 1), RETRY_LONGEST);
    return {
      ...schedule,
      [type]: {
        mark: ok && interval ? restartedMark(interval, moment) : before.mark,
        dropped:
          ok && interval
            ? droppedMeanwhile(interval, before.mark, missed - before.dropped, moment)
            : before.dropped,
        step: ok ? moment.step : before.step,
        failures,
        retryAt: ok ? 0 : moment.active + wait,
      },
    };
  }

  return {
    initialState() {
      const fresh = (action: ActionName): ActionSchedule => {
        const interval = intervals[action];
        return { mark: interval ? firstMark(interval) : 0, dropped: 0, step: 0, failures: 0, retryAt: 0 };
      };
      return { log: fresh('log'), evaluate: fresh('evaluate'), save: fresh('save') };
    },
    decide(schedule: Schedule, point: Point, moment: Moment) {
      switch (point.at) {
        case 'run begins':
          return decideAtBegin(schedule, moment);
        case 'step ends':
        case 'epoch ends':
          return decideAtStep(schedule, moment);
        case 'action done':
          return { state: remember(schedule, point.action, point.ok, moment), actions: [] };
        case 'run ends':
          return decideAtEnd(schedule, moment);
      }
    },
    describe() {
      const written: { [action in ActionName]?: string } = {};
      for (const action of ACTIONS) {
        const interval = intervals[action];
        if (interval) written[action] = interval.text;
      }
      return {
        intervals: written,
        ...(Number.isFinite(strategy.maxSteps) && { maxSteps: strategy.maxSteps }),
        ...(Number.isFinite(strategy.maxTime) && { maxTime: strategy.maxTime / 1000 }),
        ...(Number.isFinite(strategy.maxEpochs) && { maxEpochs: strategy.maxEpochs }),
      };
    },
  };
}

/** An action that is due, with its times in seconds: outside of decisions, seconds are the unit of every time. */
function inUnits(type: ActionName, interval: Interval, { due, late, missed }: Firing): Action {
  const unit = interval.axis === 'steps' || interval.axis === 'epochs' ? 1 : 1000;
  return { type, due: due / unit, late: late / unit, missed, why: [interval.text] };
}
