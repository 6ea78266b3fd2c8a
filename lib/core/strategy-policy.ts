import { type Best, isBetter } from './best.ts';
import { describeStrategy } from './describe-strategy.ts';
import { Horizon, MARGIN } from './horizon.ts';
import { type Moment, markAt } from './moment.ts';
import { isExhausted } from './patience.ts';
import {
  ACTIONS,
  type Action,
  type ActionDone,
  type ActionName,
  type Decision,
  type Point,
  type Policy,
  type Quiet,
  type RunBegins,
  type StopReason,
} from './policy.ts';
import { type RunSize, resolveParts } from './resolve-parts.ts';
import { type ActionSchedule, NEW_SCHEDULE, readSchedule, type Schedule } from './schedule.ts';
import type { Strategy } from './strategy.ts';
import { dueAt, firing, isDue, isDueByCount } from './trigger.ts';

/** A failed action waits a second before it is tried again, then two, four, and so on up to a minute. */
const RETRY_FIRST = 1_000;
const RETRY_LONGEST = 60_000;
/** Who stops a run from outside may not wait for its evaluation. */
const IN_A_HURRY: readonly ActionName[] = ['log', 'save', 'evaluate'];
/** What the end of a run lacks is tried so often. */
const MOST_ENDINGS = 3;
/** The part of the time until a deadline that is held back for an action whose cost is not known yet. */
const UNKNOWN_COST = 1 / 20;
/** An interval that was met late on so many steps in a row is shorter than a step. */
const SHORTER_THAN_A_STEP = 3;

/**
 * Wallclock's own policy: each action at its interval, never twice on a step, the best model by event, the final ones
 * where the last step lacks them, and a stop when a limit is reached. An interval starts again only when its action has
 * succeeded.
 *
 * @param size what is known of the run, for `'10%'`.
 * @throws {WallclockError} where an interval is a part of a run whose size is not known.
 */
export function strategyPolicy(strategy: Strategy, size: RunSize = {}): Policy<Schedule> {
  const { final, best, patience, deadline } = strategy;
  const intervals = resolveParts(strategy, size);
  const finals = ACTIONS.filter((action) => final[action]);

  function isActionDue(schedule: Schedule, action: ActionName, moment: Moment): boolean {
    const interval = intervals[action];
    const past = pastOf(schedule, action, moment);
    return (
      interval !== undefined &&
      past.step !== moment.step &&
      moment.active >= past.retryAt &&
      (isBeingWritten(action, moment) ? isDueByCount : isDue)(interval, past, moment)
    );
  }

  /** Nothing can be due, nor can anything stop the run, before one of these places has been reached. */
  function quiet(schedule: Schedule, moment: Moment): Quiet {
    const horizon = new Horizon(moment, size.stepsPerEpoch);
    horizon.add('steps', Math.min(strategy.maxSteps, size.steps ?? Number.POSITIVE_INFINITY));
    horizon.add('epochs', strategy.maxEpochs);
    horizon.add('active', Math.min(strategy.maxTime, schedule.begun.active + strategy.maxTimeThisRun));
    if (deadline.after < Number.POSITIVE_INFINITY) {
      const last = deadline.after - reserve(schedule, moment) - moment.longestStep * (1 + MARGIN);
      horizon.add('elapsed', schedule.begun.elapsed + last);
    }
    for (const action of ACTIONS) {
      const interval = intervals[action];
      if (!interval) continue;
      const past = pastOf(schedule, action, moment);
      if (past.failures > 0) {
        horizon.add('active', past.retryAt);
        continue;
      }
      for (const { terms } of interval.arms) {
        // Each term of an arm must hold: one of them is enough to wait for.
        const term = terms.find(({ kind }) => kind === 'interval') ?? terms[0]!;
        const guessed = term.kind !== 'interval' && past.count === 0;
        const axis = term.kind === 'interval' ? term.axis : 'active';
        horizon.add(axis, guessed ? 0 : dueAt(term, interval, past, moment));
      }
    }
    return horizon;
  }

  function stopReason(schedule: Schedule, moment: Moment): StopReason | undefined {
    const { begun } = schedule;
    if (moment.step >= strategy.maxSteps) return 'steps';
    if (moment.epoch >= strategy.maxEpochs) return 'epochs';
    if (moment.active >= strategy.maxTime) return 'time';
    if (moment.active - begun.active >= strategy.maxTimeThisRun) return 'time';
    return undefined;
  }

  /** Milliseconds to allow for an action: somewhat more than the longest so far, or as much more as that one was. */
  function allowance(schedule: Schedule, action: ActionName): number {
    const { longest, rise } = schedule[action];
    if (hasBeenTried(schedule, action)) return longest + Math.max(rise, longest * MARGIN);
    return action === 'log' ? 0 : deadline.after * UNKNOWN_COST;
  }

  function allowances(schedule: Schedule, actions: readonly ActionName[]): number {
    return actions.reduce((sum, action) => sum + allowance(schedule, action), 0);
  }

  /** Milliseconds to hold back for the final actions, and for a save that they have to wait for. */
  function reserve(schedule: Schedule, { saving }: Moment): number {
    const underWay = saving === undefined ? 0 : allowance(schedule, 'save');
    const seen = finals.filter((action) => !isRisk(schedule, action));
    return underWay + Math.max(allowances(schedule, seen), deadline.reserve);
  }

  /** Whether nobody knows how long an evaluation would keep the last save waiting: no time is held back for it. */
  function isRisk(schedule: Schedule, action: ActionName): boolean {
    const first = action === 'evaluate' && !hasBeenTried(schedule, action);
    return first && final.save && !isReserved(schedule, action);
  }

  /**
   * Whether the reserve that was asked for is for this action too, whose cost is not known yet: if it takes long, the run
   * ends with it, and needs no other of its kind.
   */
  function isReserved(schedule: Schedule, action: ActionName): boolean {
    return deadline.reserve > 0 && final[action] && !hasBeenTried(schedule, action);
  }

  /** Whether the final actions would end after the deadline if another step were taken after these. */
  function isDeadline(schedule: Schedule, due: readonly ActionName[], moment: Moment): boolean {
    if (deadline.after === Number.POSITIVE_INFINITY) return false;
    const passed = moment.elapsed - schedule.begun.elapsed;
    const step = moment.longestStep * (1 + MARGIN);
    const besides = due.filter((action) => !isReserved(schedule, action));
    return passed + allowances(schedule, besides) + step + reserve(schedule, moment) >= deadline.after;
  }

  /**
   * What of a last step's actions would keep the last save from ending before the deadline, or could not end before it, is
   * left out: an evaluation, and a save that need not be. One of which nobody knows how long it takes is taken to take as
   * long as the run has.
   */
  function inTime(schedule: Schedule, actions: readonly ActionName[], moment: Moment): readonly ActionName[] {
    const passed = moment.elapsed - schedule.begun.elapsed;
    const fits = (some: readonly ActionName[]) => {
      const risk = some.some((action) => isRisk(schedule, action)) ? passed : 0;
      return passed + risk + allowances(schedule, some) <= deadline.after;
    };
    if (fits(actions)) return actions;
    const measured = actions.filter((action) => action !== 'evaluate');
    return fits(measured) || final.save ? measured : measured.filter((action) => action !== 'save');
  }

  function decideAtBegin(
    before: Schedule,
    { resumed, stepEnded }: RunBegins,
    moment: Moment,
  ): Decision<Schedule> {
    const begun = markAt(moment);
    let schedule: Schedule = { ...before, begun, endings: 0 };
    if (resumed && strategy.onResume === 'restart') {
      const anew = (action: ActionName): ActionSchedule => ({ ...before[action], mark: begun, met: begun });
      schedule = { ...schedule, log: anew('log'), evaluate: anew('evaluate'), save: anew('save') };
    }
    // As the step that was saved was judged when it ended: what was done then took its time after that.
    let stop = stopReason(schedule, { ...moment, ...stepEnded });
    const { waiting, evaluate } = before;
    if (!stop && patience && evaluate.mark && isExhausted(patience, waiting, evaluate.mark))
      stop = 'patience';
    return { state: schedule, ...(stop && { stop }) };
  }

  function decideAtStep(schedule: Schedule, moment: Moment): Decision<Schedule> | undefined {
    const log = isActionDue(schedule, 'log', moment);
    const evaluates = isActionDue(schedule, 'evaluate', moment);
    const saves = isActionDue(schedule, 'save', moment);
    let stop = stopReason(schedule, moment);
    const last = moment.step === size.steps;
    const unmeasured = best !== undefined && !evaluates && schedule.evaluate.step !== moment.step;
    const comes = (stop !== undefined || last) && lacks(schedule, 'evaluate', moment);
    const waits = saves && unmeasured && best.beforeSave === 'wait';
    const evaluatesFirst = saves && unmeasured && !waits && moment.active >= schedule.evaluate.retryAt;
    const save = saves && !(waits && !comes);

    if (!log && !evaluates && !save && !stop && !last && !isDeadline(schedule, [], moment)) return undefined;

    const due: ActionName[] = [];
    if (log) due.push('log');
    if (evaluates || evaluatesFirst) due.push('evaluate');
    if (save) due.push('save');
    if (!stop && isDeadline(schedule, due, moment)) stop = 'deadline';
    // What the last step lacks is done in its order, with what is due.
    const ends = stop !== undefined || last;
    const wanted = ACTIONS.filter(
      (action) => due.includes(action) || (ends && lacks(schedule, action, moment)),
    );
    const actions = (ends ? inTime(schedule, wanted, moment) : wanted).map((action) => {
      if (!due.includes(action)) return asFinal(action, moment.active / 1000);
      if (action !== 'evaluate' || evaluates) return tell(schedule, action, moment);
      return beforeSave(schedule, moment);
    });
    const endings = wanted.length > due.length ? 1 : 0;
    return { state: { ...schedule, endings }, actions, ...(stop && { stop }) };
  }

  /** Somebody wants a save besides: what is being written must do, and so must what this step has. */
  function decideWhenAsked(schedule: Schedule, moment: Moment): Decision<Schedule> | undefined {
    if (moment.saving !== undefined || moment.step === 0 || !canSave(schedule, moment)) return undefined;
    const due = moment.active / 1000;
    const save: Action = { type: 'save', due, late: 0, missed: 0, why: ['asked'] };
    return { state: schedule, actions: [save] };
  }

  /** Whether a run that ends here has still to do this, also where it waits to be tried again. */
  function lacks(schedule: Schedule, action: ActionName, moment: Moment): boolean {
    return final[action] && !has(schedule, action, moment);
  }

  /** Whether this step has had the action, or has a save that is being written. */
  function has(schedule: Schedule, action: ActionName, { step, saving }: Moment): boolean {
    return schedule[action].step === step || (action === 'save' && saving?.step === step);
  }

  /** An action that is due, with its times in seconds: outside of decisions, seconds are the unit of every time. */
  function tell(schedule: Schedule, type: ActionName, moment: Moment): Action {
    const past = pastOf(schedule, type, moment);
    const { due, late, missed, timed, why } = firing(intervals[type]!, past, moment);
    const unit = timed ? 1000 : 1;
    return { type, due: due / unit, late: late / unit, missed, why };
  }

  /** An evaluation that a save waits for is due when that is: in seconds, as none of its own intervals says otherwise. */
  function beforeSave(schedule: Schedule, moment: Moment): Action {
    const { due, late, timed } = firing(intervals.save!, pastOf(schedule, 'save', moment), moment);
    const times = timed ? { due: due / 1000, late: late / 1000 } : { due: moment.active / 1000, late: 0 };
    return { type: 'evaluate', ...times, missed: 0, why: ['save'] };
  }

  function decideAfter(before: Schedule, point: ActionDone, moment: Moment): Decision<Schedule> {
    const { action, ok, rest, reading } = point;
    const past = before[action.type];
    const now = ok ? succeeded(past, point, moment) : failed(past, point, moment);
    let schedule: Schedule = { ...before, [action.type]: now };
    const isLate = (left: readonly Action[]) =>
      isDeadline(
        schedule,
        left.map(({ type }) => type),
        moment,
      );
    let stop: StopReason | undefined;
    if (!ok) {
      if (strategy.onFailure === 'stop') stop = 'failure';
      else if (isLate(rest)) stop = 'deadline';
      return { state: schedule, ...(stop && { stop }) };
    }

    let actions: readonly Action[] | undefined;
    if (best && action.type === 'evaluate') {
      const value = metricOf(point, best);
      schedule = measured(schedule, value, moment);
      if (isBetter(best, value, before.best?.value)) {
        schedule = { ...schedule, better: reading.step };
        if (canSave(schedule, moment)) actions = withBestSave(rest, reading.active / 1000);
      }
      if (patience && isExhausted(patience, schedule.waiting, moment)) stop = 'patience';
    }
    if (best && action.type === 'save') {
      const value = metricOf(point, best);
      if (isBetter(best, value, schedule.best?.value)) {
        schedule = { ...schedule, best: { step: reading.step, value, checkpoint: point.checkpoint ?? '' } };
      }
    }
    // What was written beside training ends no step: the next question is whether the run does.
    if (!stop && reading.step === moment.step && isLate(actions ?? rest)) stop = 'deadline';
    if (stop) actions = completed(schedule, actions ?? rest, reading.active / 1000, moment);
    const shorter = now.warned && !past.warned && intervals[action.type];
    return {
      state: schedule,
      ...(actions && { actions }),
      ...(stop && { stop }),
      ...(shorter && { warning: shorterThanAStep(action.type, shorter.text) }),
    };
  }

  /** The rest of a step that turns out to be the last, with what it lacks: the save comes last, and keeps it all. */
  function completed(schedule: Schedule, rest: readonly Action[], seconds: number, moment: Moment) {
    const wanted = ACTIONS.filter(
      (action) => rest.some(({ type }) => type === action) || lacks(schedule, action, moment),
    );
    return inTime(schedule, wanted, moment).map(
      (action) => rest.find(({ type }) => type === action) ?? asFinal(action, seconds),
    );
  }

  function succeeded(past: ActionSchedule, done: ActionDone, moment: Moment): ActionSchedule {
    const { action, reading, mark = markAt(moment) } = done;
    const inARow = past.step === reading.step - 1 && action.late > 0 ? past.inARow + 1 : 1;
    // What was done for another reason met none of the instants of a grid.
    const met = intervals[action.type]?.arms.some(({ text }) => action.why.includes(text));
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

  function failed(past: ActionSchedule, done: ActionDone, moment: Moment): ActionSchedule {
    const failures = past.failures + 1;
    const wait = Math.min(RETRY_FIRST * 2 ** (failures - 1), RETRY_LONGEST);
    return { ...past, ...costs(past, done), failures, retryAt: moment.active + wait };
  }

  /** An evaluation is over: what it says of the best so far. */
  function measured(schedule: Schedule, value: number, moment: Moment): Schedule {
    const better = isBetter(best!, value, schedule.bar, best!.minDelta);
    const { evaluations, since } = schedule.waiting;
    return {
      ...schedule,
      ...(better && { bar: value }),
      waiting: better ? { evaluations: 0, since: markAt(moment) } : { evaluations: evaluations + 1, since },
    };
  }

  function canSave(schedule: Schedule, moment: Moment): boolean {
    return (
      intervals.save !== undefined && !has(schedule, 'save', moment) && moment.active >= schedule.save.retryAt
    );
  }

  function decideAtEnd(
    before: Schedule,
    { reading, reason }: Extract<Point, { at: 'run ends' }>,
    moment: Moment,
  ): Decision<Schedule> | undefined {
    const schedule = { ...before, endings: before.endings + 1 };
    const stepped = moment.step > before.begun.step;
    const then = { ...moment, ...reading };
    const measured = lacks(before, 'evaluate', moment) || before.evaluate.step === moment.step;
    const waited = (action: ActionName) =>
      action === 'save' && best?.beforeSave === 'wait' && measured && isActionDue(before, action, then);
    const order = reason === 'stopped' ? IN_A_HURRY : ACTIONS;
    const lacking = order.filter((action) => lacks(before, action, moment) || waited(action));
    // What has failed the last time is not tried again where it would not end before the deadline.
    const late = moment.elapsed - before.begun.elapsed + allowances(before, lacking) > deadline.after;
    const wanted = lacking.filter((action) => !(late && before[action].failures > 0));
    const missing = inTime(before, wanted, moment);
    if (stepped && missing.length > 0 && before.endings < MOST_ENDINGS) {
      const actions = missing.map((action) =>
        waited(action) ? tell(before, action, then) : asFinal(action, reading.active / 1000),
      );
      return { state: schedule, actions };
    }
    const load = best?.load && before.endings <= MOST_ENDINGS ? before.best : undefined;
    // The model itself may be better than what could be saved.
    if (!load || load.step === moment.step || before.better === moment.step) return undefined;
    return { state: { ...schedule, endings: MOST_ENDINGS + 1 }, load: load.checkpoint };
  }

  return {
    initialState: () => NEW_SCHEDULE,
    restoreState: readSchedule,
    decide(schedule: Schedule, point: Point, moment: Moment) {
      switch (point.at) {
        case 'step ends':
        case 'epoch ends':
          return decideAtStep(schedule, moment);
        case 'save asked':
          return decideWhenAsked(schedule, moment);
        case 'action done':
          return decideAfter(schedule, point, moment);
        case 'run begins':
          return decideAtBegin(schedule, point, moment);
        case 'run ends':
          return decideAtEnd(schedule, point, moment);
      }
    },
    quiet,
    describe: () => describeStrategy(strategy),
  };
}

/**
 * Whether the last save is still being written. Meanwhile a step or an epoch that is to be saved waits for it, so that it
 * is the same one on every machine; what is due by time comes when it is written.
 */
function isBeingWritten(action: ActionName, { saving }: Moment): boolean {
  return action === 'save' && saving !== undefined;
}

/** A save that is being written has started its interval again, unless it turns out to fail. */
function pastOf(schedule: Schedule, action: ActionName, moment: Moment): ActionSchedule {
  return isBeingWritten(action, moment)
    ? { ...schedule[action], mark: moment.saving!, met: moment.saving! }
    : schedule[action];
}

/** Whether it is known how long it takes, be it that it failed. */
function hasBeenTried(schedule: Schedule, action: ActionName): boolean {
  return schedule[action].count + schedule[action].failures > 0;
}

/** What an action has cost by now, whatever came of it. */
function costs({ count, failures, spent, longest }: ActionSchedule, { took, lasted }: ActionDone) {
  return {
    spent: spent + took,
    longest: Math.max(longest, lasted),
    rise: count + failures > 0 ? Math.max(0, lasted - longest) : 0,
  };
}

/** NaN where there is none. */
function metricOf({ metrics }: ActionDone, { metric }: Best): number {
  return metrics?.[metric] ?? Number.NaN;
}

/** An action of the last step, because it ends there. @param due in seconds. */
function asFinal(type: ActionName, due: number): Action {
  return { type, due, late: 0, missed: 0, why: ['final'] };
}

/** The rest of a step's actions with a save among them, because the model is the best so far. */
function withBestSave(rest: readonly Action[], seconds: number): readonly Action[] {
  const due = rest.find(({ type }) => type === 'save');
  if (!due) return [...rest, { type: 'save', due: seconds, late: 0, missed: 0, why: ['best'] }];
  return rest.map((action) => (action === due ? { ...due, why: [...due.why, 'best'] } : action));
}

function shorterThanAStep(action: ActionName, text: string): string {
  return `${action}: an interval of ${text} is shorter than a step, so that every step has one.`;
}
