import { afterEvaluation, afterFailure, afterSuccess } from './after-action.ts';
import { isBetter } from './best.ts';
import { describeStrategy } from './describe-strategy.ts';
import { horizonOf, type Place } from './horizon.ts';
import { type Axis, type Moment, markAt } from './moment.ts';
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
import { isReached } from './reached.ts';
import { type RunSize, resolveParts } from './resolve-parts.ts';
import { type ActionSchedule, NEW_SCHEDULE, type Schedule } from './schedule.ts';
import type { Strategy } from './strategy.ts';
import { timeLeft } from './time-left.ts';
import { dueAt, firing, isDue } from './trigger.ts';

/** Who stops a run from outside may not wait for its evaluation. */
const IN_A_HURRY: readonly ActionName[] = ['save', 'log', 'evaluate'];
/** What the end of a run lacks is tried so often. */
const MOST_ENDINGS = 3;
/**
 * Wallclock's own policy: each action at its interval, never twice on a step, the best model by event, the final ones
 * where the last step lacks them, and a stop when a limit is reached. An interval starts again only when its action has
 * succeeded.
 *
 * @param size what is known of the run, for `'10%'`.
 * @throws {WallclockError} where an interval is a part of a run whose size is not known.
 */
export function strategyPolicy(strategy: Strategy, size: RunSize = {}): Policy<Schedule> {
  const { final, best, patience } = strategy;
  const intervals = resolveParts(strategy, size);
  const time = timeLeft(strategy);

  /** The action, where it is due at the end of this step, with its account of itself. */
  function dueAction(schedule: Schedule, type: ActionName, moment: Moment): Action | undefined {
    const interval = intervals[type];
    const past = pastOf(schedule, type, moment);
    const mayCome = past.step !== moment.step && moment.active >= past.retryAt;
    if (!interval || !mayCome || !isDue(interval, past, moment, isBeingWritten(type, moment)))
      return undefined;
    const { due, late, missed, why } = firing(interval, past, moment);
    return { type, due, late, missed, why };
  }

  /** An evaluation that a save waits for is due when that is: in seconds, as none of its own intervals says otherwise. */
  function beforeSave(schedule: Schedule, moment: Moment): Action {
    const { due, late, timed } = firing(intervals.save!, pastOf(schedule, 'save', moment), moment);
    return { ...act('evaluate', moment.active / 1000, 'save'), ...(timed && { due, late }) };
  }

  /** Why the run is to stop, and how far from where: at the first of these places that it reaches. */
  function limits({
    begun,
  }: Schedule): readonly (readonly [StopReason, Axis, length: number, from: number])[] {
    return [
      ['steps', 'step', strategy.maxSteps, 0],
      ['epochs', 'epoch', strategy.maxEpochs, 0],
      ['time', 'active', strategy.maxTime, 0],
      ['time', 'active', strategy.maxTimeThisRun, begun.active],
    ];
  }

  function stopReason(schedule: Schedule, moment: Moment): StopReason | undefined {
    return limits(schedule).find(([, axis, length, from]) => isReached(moment[axis], from + length))?.[0];
  }

  /** Nothing can be due, nor can anything stop the run, before one of these places has been reached. */
  function quiet(schedule: Schedule, moment: Moment): Quiet {
    const places: Place[] = limits(schedule).map(([, axis, length, from]) => [axis, from + length]);
    places.push(['elapsed', time.lastStart(schedule, moment)]);
    if (size.steps !== undefined) places.push(['step', size.steps]);
    for (const action of ACTIONS) {
      const interval = intervals[action];
      const past = pastOf(schedule, action, moment);
      for (const { terms } of interval?.arms ?? []) {
        // Each term of an arm must hold: one of them is enough to wait for.
        const term = terms.find(({ kind }) => kind === 'interval') ?? terms[0]!;
        const isGuess = term.kind !== 'interval' && past.count === 0;
        const due = isGuess ? 0 : dueAt(term, interval!, past, moment.longestStep);
        places.push(past.failures > 0 ? ['active', past.retryAt] : [term.axis, due]);
      }
    }
    return horizonOf(places, moment, size.stepsPerEpoch);
  }

  /**
   * What is to be done at a step that turns out to be the last: what is due, and what the step lacks, also where that waits
   * to be tried again. In their order the save comes last, and keeps it all.
   *
   * @param seconds of active time by the reading of the step.
   */
  function completed(
    schedule: Schedule,
    due: readonly Action[],
    seconds: number,
    moment: Moment,
    order: readonly ActionName[] = ACTIONS,
  ): readonly Action[] {
    return order.flatMap((type) => {
      const lacking = lacks(schedule, type, moment) ? act(type, seconds, 'final') : [];
      return due.find((action) => action.type === type) ?? lacking;
    });
  }

  function lacks(schedule: Schedule, action: ActionName, moment: Moment): boolean {
    return final[action] && !has(schedule, action, moment);
  }

  /** Whether this step has had the action, or has a save that is being written. */
  function has(schedule: Schedule, action: ActionName, { step, saving }: Moment): boolean {
    return schedule[action].step === step || (action === 'save' && saving?.step === step);
  }

  function canSave(schedule: Schedule, moment: Moment): boolean {
    const mayCome = !has(schedule, 'save', moment) && moment.active >= schedule.save.retryAt;
    return intervals.save !== undefined && mayCome;
  }

  function decideAtBegin(
    before: Schedule,
    { resumed, stepEnded }: RunBegins,
    moment: Moment,
  ): Decision<Schedule> {
    const { waiting, evaluate } = before;
    const begun = markAt(moment);
    let state: Schedule = { ...before, begun, endings: 0, stopped: false };
    // As the step that was saved was judged when it ended: what was done then took its time after that.
    const then = { ...moment, ...stepEnded };
    let stop = stopReason(state, then);
    if (patience && evaluate.mark && isExhausted(patience, waiting, evaluate.mark)) stop ??= 'patience';
    if (resumed && strategy.onResume === 'restart') {
      for (const action of ACTIONS) {
        state = { ...state, [action]: { ...state[action], mark: begun, met: begun } };
      }
    }
    // A run that was asked to stop may have left out what its last step had due.
    const leftOut = resumed && !stop ? decideAtStep(state, then) : undefined;
    return leftOut ?? { state, stop };
  }

  function decideAtStep(schedule: Schedule, moment: Moment): Decision<Schedule> | undefined {
    const [log, evaluate, save] = ACTIONS.map((type) => dueAction(schedule, type, moment));
    let stop = stopReason(schedule, moment);
    const ends = stop !== undefined || moment.step === size.steps;
    const lacksMetric = best && save && !evaluate && schedule.evaluate.step !== moment.step;
    const isPatient = lacksMetric && best.beforeSave === 'wait';
    // The evaluation that it waits for comes now.
    const waits = isPatient && !(ends && lacks(schedule, 'evaluate', moment));
    const mayEvaluate = moment.active >= schedule.evaluate.retryAt;
    const first = lacksMetric && !isPatient && mayEvaluate ? beforeSave(schedule, moment) : evaluate;
    const due = [log, first, waits ? undefined : save].filter((action) => action !== undefined);

    if (time.isUsedUp(schedule, due, moment)) stop ??= 'deadline';
    // A loop that goes on beyond its last step has what is due, and the rest of it at its end.
    const isLast = !schedule.stopped && (ends || stop !== undefined);
    if (due.length === 0 && !isLast) return undefined;
    const wanted = isLast ? completed(schedule, due, moment.active / 1000, moment) : due;
    // What the last step had no time for, the end of its epoch has none for either.
    const actions = isLast || schedule.stopped ? time.inTime(schedule, wanted, moment) : due;
    const endings = wanted.length > due.length ? 1 : 0;
    const stopped = schedule.stopped || stop !== undefined;
    return { state: { ...schedule, endings, stopped }, actions, stop };
  }

  /** Somebody wants a save besides: what is being written must do, and so must what this step has. */
  function decideWhenAsked(schedule: Schedule, moment: Moment): Decision<Schedule> | undefined {
    if (moment.saving || moment.step === 0 || !canSave(schedule, moment)) return undefined;
    return { state: schedule, actions: [act('save', moment.active / 1000, 'asked')] };
  }

  function decideAfter(before: Schedule, point: ActionDone, moment: Moment): Decision<Schedule> {
    const { action, ok, rest, reading, checkpoint = '' } = point;
    const { type } = action;
    const past = before[type];
    const now = ok ? afterSuccess(past, point, moment, intervals[type]) : afterFailure(past, point, moment);
    let state: Schedule = { ...before, [type]: now };
    if (!ok) {
      if (strategy.onFailure === 'stop') return { state, stop: 'failure' };
      return { state, stop: time.isUsedUp(state, rest, moment) ? 'deadline' : undefined };
    }

    let stop: StopReason | undefined;
    let actions = rest;
    if (best && type !== 'log') {
      const value = point.metrics?.[best.metric] ?? Number.NaN;
      // What is better is compared with the last that was: also while its checkpoint is still being written.
      const isPending = moment.saving !== undefined && moment.saving.step === before.better;
      const isBest = isBetter(best, value, isPending ? before.betterValue : before.best?.value);
      if (type === 'evaluate') {
        state = afterEvaluation(state, best, value, moment);
        if (isBest) state = { ...state, better: reading.step, betterValue: value };
        if (isBest && canSave(state, moment)) actions = withBestSave(rest, reading.active / 1000);
        if (patience && isExhausted(patience, state.waiting, moment)) stop = 'patience';
      } else if (isBest) state = { ...state, best: { step: reading.step, value, checkpoint } };
    }
    // What was written beside training ends no step: the next question is whether the run does.
    if (reading.step === moment.step && time.isUsedUp(state, actions, moment)) stop ??= 'deadline';
    if (stop) {
      const seconds = reading.active / 1000;
      const wanted = before.stopped ? actions : completed(state, actions, seconds, moment);
      actions = time.inTime(state, wanted, moment);
      state = { ...state, stopped: true };
    }
    const isNews = now.warned && !past.warned;
    const warning = `${type}: an interval of ${intervals[type]?.text} is shorter than a step, so that every step has one.`;
    return { state, actions, stop, warning: isNews && intervals[type] ? warning : undefined };
  }

  function decideAtEnd(
    before: Schedule,
    { reading, reason }: Extract<Point, { at: 'run ends' }>,
    moment: Moment,
  ): Decision<Schedule> | undefined {
    const { endings, begun, evaluate } = before;
    const state = { ...before, endings: endings + 1 };
    const isMeasured = lacks(before, 'evaluate', moment) || evaluate.step === moment.step;
    const isDue = reason === 'stopped' || (best?.beforeSave === 'wait' && isMeasured);
    const waited = isDue && dueAction(before, 'save', { ...moment, ...reading });
    const order = reason === 'stopped' ? IN_A_HURRY : ACTIONS;
    const lacking = completed(before, waited ? [waited] : [], reading.active / 1000, moment, order);
    const wanted = time.inTime(before, lacking, moment);
    // What has failed the last time is not tried again where it would not end before the deadline.
    const isLate = time.isLate(before, wanted, moment);
    const missing = wanted.filter(({ type }) => !(isLate && before[type].failures > 0));
    if (moment.step > begun.step && missing.length > 0 && endings < MOST_ENDINGS) {
      return { state, actions: missing };
    }
    const load = best?.load && endings <= MOST_ENDINGS ? before.best : undefined;
    // The model itself may be better than what could be saved.
    if (!load || load.step === moment.step || before.better === moment.step) return undefined;
    return { state: { ...state, endings: MOST_ENDINGS + 1 }, load: load.checkpoint };
  }

  return {
    initialState: () => NEW_SCHEDULE,
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

/** An action that is done at once, for a reason that is no interval. @param due in seconds. */
function act(type: ActionName, due: number, why: string): Action {
  return { type, due, late: 0, missed: 0, why: [why] };
}

/** The rest of a step's actions with a save among them, because the model is the best so far. */
function withBestSave(rest: readonly Action[], seconds: number): readonly Action[] {
  const due = rest.find(({ type }) => type === 'save');
  if (!due) return [...rest, act('save', seconds, 'best')];
  return rest.map((action) => (action === due ? { ...due, why: [...due.why, 'best'] } : action));
}
