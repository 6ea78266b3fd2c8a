import { MARGIN } from './horizon.ts';
import type { Moment } from './moment.ts';
import { ACTIONS, type Action, type ActionName } from './policy.ts';
import type { Schedule } from './schedule.ts';
import type { Strategy } from './strategy.ts';

/*
 * What a deadline leaves time for, by what steps and actions have cost so far:
 *
 *   begun                      last start                 deadline
 *     |--- steps, actions -------->|-- one step -- reserve -->|
 *
 * The reserve is for the final actions, so that the last save ends before the deadline.
 */

/** The part of the time until a deadline that is held back for an action whose cost is not known yet. */
const UNKNOWN_COST = 1 / 20;

/** Without a deadline there is time for everything. */
export interface TimeLeft {
  /** When by the wall the final actions have to begin, if another step is taken and a save under way is waited for. */
  lastStart(schedule: Schedule, moment: Moment): number;
  /** Whether the final actions would end after the deadline if another step were taken after these. */
  isUsedUp(schedule: Schedule, actions: readonly Action[], moment: Moment): boolean;
  /** Whether these would end after the deadline. */
  isLate(schedule: Schedule, actions: readonly Action[], moment: Moment): boolean;
  /**
   * What of a last step's actions would keep the last save from ending before the deadline, or could not end before it, is
   * left out: an evaluation, and a save that need not be. One of which nobody knows how long it takes is taken to take as
   * long as the run has.
   */
  inTime(schedule: Schedule, actions: readonly Action[], moment: Moment): readonly Action[];
}

export function timeLeft({ deadline, final }: Pick<Strategy, 'deadline' | 'final'>): TimeLeft {
  const finals = ACTIONS.filter((action) => final[action]);
  const hasDeadline = Number.isFinite(deadline.after);

  /** Milliseconds to allow for actions: for each somewhat more than the longest so far, or as much more as that one was. */
  function allowance(schedule: Schedule, actions: readonly ActionName[]): number {
    return actions.reduce((sum, action) => {
      const { longest, rise } = schedule[action];
      const unknown = action === 'log' ? 0 : deadline.after * UNKNOWN_COST;
      const seen = longest + Math.max(rise, longest * MARGIN);
      return sum + (hasBeenTried(schedule, action) ? seen : unknown);
    }, 0);
  }

  function lastStart(schedule: Schedule, { saving, longestStep }: Moment): number {
    if (!hasDeadline) return Number.POSITIVE_INFINITY;
    const underWay = allowance(schedule, saving ? ['save'] : []);
    const known = finals.filter((action) => !isRisk(schedule, action));
    const reserve = underWay + Math.max(allowance(schedule, known), deadline.reserve);
    return schedule.begun.elapsed + deadline.after - reserve - longestStep * (1 + MARGIN);
  }

  /** Whether nobody knows how long an evaluation would keep the last save waiting: no time is held back for it. */
  function isRisk(schedule: Schedule, action: ActionName): boolean {
    const isFirst = action === 'evaluate' && !hasBeenTried(schedule, action);
    return isFirst && final.save && !isRoomy(schedule);
  }

  /** Whether the reserve that was asked for has room for actions whose cost is not known yet. */
  function isRoomy(schedule: Schedule): boolean {
    return deadline.reserve > 0 && deadline.reserve >= allowance(schedule, finals);
  }

  /**
   * Whether time is held back for this action, whose cost is not known yet. What is due now is the same one: if it takes
   * long, the run ends with it, and needs no other of its kind.
   */
  function isHeldBack(schedule: Schedule, action: ActionName): boolean {
    return final[action] && !hasBeenTried(schedule, action) && !isRisk(schedule, action);
  }

  /** Milliseconds by the wall since this run began, once these have been carried out too. */
  function endOf(schedule: Schedule, actions: readonly Action[], moment: Moment): number {
    return moment.elapsed - schedule.begun.elapsed + allowance(schedule, typesOf(actions));
  }

  function isLate(schedule: Schedule, actions: readonly Action[], moment: Moment): boolean {
    return endOf(schedule, actions, moment) > deadline.after;
  }

  return {
    lastStart,
    isLate,

    isUsedUp(schedule, actions, moment) {
      const besides = typesOf(actions).filter((type) => !isHeldBack(schedule, type));
      return hasDeadline && moment.elapsed + allowance(schedule, besides) >= lastStart(schedule, moment);
    },

    inTime(schedule, actions, moment) {
      const fits = (some: readonly Action[]) => {
        const risk = some.some(({ type }) => isRisk(schedule, type)) ? endOf(schedule, [], moment) : 0;
        return endOf(schedule, some, moment) + risk <= deadline.after;
      };
      if (fits(actions)) return actions;
      const measured = actions.filter(({ type }) => type !== 'evaluate');
      return fits(measured) || final.save ? measured : measured.filter(({ type }) => type !== 'save');
    },
  };
}

/** Whether it is known how long it takes, be it that it failed. */
function hasBeenTried(schedule: Schedule, action: ActionName): boolean {
  return schedule[action].count + schedule[action].failures > 0;
}

function typesOf(actions: readonly Action[]): readonly ActionName[] {
  return actions.map(({ type }) => type);
}
