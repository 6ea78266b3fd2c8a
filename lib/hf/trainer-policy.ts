import { waitAfter } from '../core/after-action.ts';
import type { Moment } from '../core/moment.ts';
import type { Action, ActionDone, ActionName, Decision, Point, Policy, StopReason } from '../core/policy.ts';
import { isReached } from '../core/reached.ts';
import type { Metrics } from '../core/run-event.ts';
import { type CallbackEvent, CLEARED, type Control, type Injection, withFlags } from './control.ts';
import { describeTrainer } from './describe-trainer.ts';
import { TrainerError } from './trainer-error.ts';
import { NEW_SCHEDULE, readTrainerSchedule, type TrainerSchedule } from './trainer-schedule.ts';
import type { TrainerSize } from './trainer-size.ts';
import type { CheckedArguments } from './training-arguments.ts';

/** Patience with the metric, counted in evaluations. */
export interface EarlyStopping {
  /** Evaluations in a row that may be no better. */
  readonly patience: number;
  /** By how much the metric must be better. Default 0. */
  readonly threshold?: number | undefined;
}

/** What {@link trainerPolicy} takes. */
export interface TrainerPolicyOptions {
  /** Checked. */
  readonly args: CheckedArguments;
  /** How long it trains. */
  readonly size: TrainerSize;
  /** Default: none. */
  readonly earlyStopping?: EarlyStopping | undefined;
  /** What a user's callback does. Default: nothing. */
  readonly injections?: readonly Injection[];
  /** The prefixes of the metrics, one for each data set. Default `['eval']`. */
  readonly prefixes?: readonly string[];
  /**
   * Whether a checkpoint of this name is there. Default: the best one is, from its save on, and none that was there before
   * its evaluation.
   */
  readonly exists?: (checkpoint: string) => boolean;
  /** Whether a run ends with a log though its last step has one: that Trainer's is a summary. Default true. */
  readonly summary?: boolean;
}

/** The policy, and what else a loop that has that Trainer's callbacks tells it. */
export interface TrainerPolicy extends Policy<TrainerSchedule> {
  /**
   * The callbacks hear that an epoch begins. A loop need not tell: then they hear of it when the first step has ended.
   *
   * @param fed a resumed epoch has had data already.
   */
  beginEpoch(schedule: TrainerSchedule, step: number, fed: boolean): TrainerSchedule;
  /** The same for a step, with the count of those before it. A flag that is set here can end it before its last batch. */
  beginStep(schedule: TrainerSchedule, step: number): TrainerSchedule;
  /** The same for a batch that the gradient is accumulated from, but the last of its step. */
  endSubstep(schedule: TrainerSchedule, step: number): TrainerSchedule;
}

/**
 * The rules of Hugging Face's Trainer as a policy: its flags that stay set, its forced last save and evaluation, its best
 * model and its early stopping are all in here, and none of it in the engine that carries it out.
 *
 * One action at a time is asked for, because what a callback hears of one may change the next.
 */
export function trainerPolicy(options: TrainerPolicyOptions): TrainerPolicy {
  const { args, size, earlyStopping, injections = [], prefixes = ['eval'], exists, summary = true } = options;

  /** Each with an interval of its own, saves would drift away from evaluations, and the best model would not be saved. */
  const bestByTime = args.load_best_model_at_end && args.save_strategy === 'time';

  /** An event clears its flags, and then the callbacks hear of it: the built-in one, and the user's. */
  function fire(
    schedule: TrainerSchedule,
    event: CallbackEvent,
    step: number,
    builtIn: (control: Control) => Control = (control) => control,
  ): TrainerSchedule {
    let control = builtIn(withFlags(schedule.control, CLEARED[event], false));
    for (const injection of injections) {
      if (injection.event === event && injection.step === step) {
        control = withFlags(control, injection.set, true);
      }
    }
    return { ...schedule, control };
  }

  function atStepEnd(control: Control, schedule: TrainerSchedule, moment: Moment): Control {
    const { step } = moment;
    const last = step >= size.maxSteps;
    const delayed = args.eval_delay > (args.eval_strategy === 'time' ? moment.active / 1000 : step);
    const isTime = (action: ActionName, strategy: string, seconds: number) =>
      strategy === 'time' && isDue(schedule, action, seconds, moment);
    const evaluates =
      args.eval_strategy === 'steps'
        ? isMultiple(step, size.evalSteps)
        : isTime('evaluate', args.eval_strategy, args.eval_seconds);
    // Where no evaluation succeeds for now, or their save has failed, saves have their own interval.
    const { failures } = schedule;
    const savesAfter = bestByTime && !delayed && failures.evaluate === 0 && failures.save === 0;
    const saves =
      args.save_strategy === 'steps'
        ? size.saveSteps > 0 && isMultiple(step, size.saveSteps)
        : !savesAfter && isTime('save', args.save_strategy, args.save_seconds);
    const logs =
      args.logging_strategy === 'steps'
        ? isMultiple(step, size.loggingSteps)
        : isTime('log', args.logging_strategy, args.logging_seconds);
    const counted = (strategy: string) => strategy === 'steps' || strategy === 'time';
    const set = {
      should_log: logs || (step === 1 && args.logging_first_step),
      should_evaluate: !delayed && (evaluates || (last && counted(args.eval_strategy))),
      should_save: saves || (last && counted(args.save_strategy)),
      should_training_stop: last,
    };
    return withFlags(
      control,
      FLAG_NAMES.filter((flag) => set[flag]),
      true,
    );
  }

  function atEpochEnd(control: Control, { epoch }: Moment): Control {
    const set = {
      should_log: args.logging_strategy === 'epoch',
      should_evaluate: args.eval_strategy === 'epoch' && args.eval_delay <= epoch,
      should_save: args.save_strategy === 'epoch',
      should_training_stop: false,
    };
    return withFlags(
      control,
      FLAG_NAMES.filter((flag) => set[flag]),
      true,
    );
  }

  function beginEpoch(schedule: TrainerSchedule, step: number, fed = false): TrainerSchedule {
    return schedule.inEpoch
      ? schedule
      : fire({ ...schedule, inEpoch: true, inStep: false, fed }, 'epoch_begin', step);
  }

  function beginStep(schedule: TrainerSchedule, step: number): TrainerSchedule {
    return schedule.inStep
      ? schedule
      : fire({ ...beginEpoch(schedule, step), inStep: true, fed: true }, 'step_begin', step);
  }

  function decideAtBegin(before: TrainerSchedule, moment: Moment): Decision<TrainerSchedule> {
    const { step } = moment;
    // What a resumed run knows of may have been deleted since: then there is no best one to load.
    const { bestCheckpoint: known } = before;
    const bestCheckpoint = known !== null && exists?.(known) === false ? null : known;
    // It goes on in the epoch that it was saved in, whose end may be all that is left of it.
    const resumed: TrainerSchedule = { ...before, bestCheckpoint, lastLogged: step, ended: 'no' };
    const schedule = fire(resumed, 'train_begin', step);
    if (!args.eval_on_start) return { state: { ...schedule, phase: 'idle' } };
    return { state: { ...schedule, phase: 'start' }, actions: [act('evaluate', moment, 'eval_on_start')] };
  }

  function decideAtStep(before: TrainerSchedule, moment: Moment): Decision<TrainerSchedule> {
    const { step } = moment;
    const begun = OPTIMIZING.reduce(
      (schedule, event) => fire(schedule, event, step - 1),
      beginStep(before, step - 1),
    );
    const ended = fire(begun, 'step_end', step, (control) => atStepEnd(control, begun, moment));
    return next({ ...ended, inStep: false, phase: 'log' }, moment);
  }

  function decideAtEpoch(before: TrainerSchedule, moment: Moment): Decision<TrainerSchedule> {
    const begun = beginEpoch(before, moment.step);
    // Data that has come to its end stops the training.
    const fed = begun.fed
      ? begun
      : { ...begun, control: withFlags(begun.control, ['should_training_stop'], true) };
    const ended = fire(fed, 'epoch_end', moment.step, (control) => atEpochEnd(control, moment));
    return next({ ...ended, inEpoch: false, inStep: false, phase: 'log' }, moment);
  }

  /** The next thing to do on this step, where there is one: log, evaluate, save, each if its flag is set by then. */
  function next(schedule: TrainerSchedule, moment: Moment): Decision<TrainerSchedule> {
    const { control, lastLogged } = schedule;
    const { saving } = moment;
    const decide = (
      phase: TrainerSchedule['phase'],
      actions: readonly Action[],
    ): Decision<TrainerSchedule> => ({
      state: { ...schedule, phase },
      actions,
      ...(control.should_training_stop && { stop: stopReason(schedule, moment) }),
    });
    switch (schedule.phase) {
      case 'log':
        if (control.should_log && moment.step > lastLogged) return decide('log', [act('log', moment, 'log')]);
        return next({ ...schedule, phase: 'evaluate' }, moment);
      case 'evaluate':
        if (control.should_evaluate) return decide('evaluate', [act('evaluate', moment, 'evaluate')]);
        return next({ ...schedule, phase: 'save' }, moment);
      case 'save':
        if (control.should_save && saving?.step !== moment.step)
          return decide('save', [act('save', moment, 'save')]);
        return decide('idle', []);
      default:
        return decide('idle', []);
    }
  }

  function decideAfter(before: TrainerSchedule, done: ActionDone, moment: Moment): Decision<TrainerSchedule> {
    const { type } = done.action;
    if (!done.ok) return decideAfterFailure(before, type, moment);
    const { step } = done.reading;
    const { active } = done.mark ?? moment;
    const schedule: TrainerSchedule = {
      ...before,
      doneAt: { ...before.doneAt, [type]: active },
      failures: { ...before.failures, [type]: 0 },
      retryAt: { ...before.retryAt, [type]: 0 },
    };
    switch (type) {
      case 'log': {
        const logged = fire({ ...schedule, lastLogged: step }, 'log', step);
        if (before.ended !== 'no') return { state: logged };
        return next({ ...logged, phase: NEXT.log }, moment);
      }
      case 'evaluate': {
        const evaluated = afterEvaluation(schedule, done.metrics ?? {}, step);
        // The evaluation at the start tells the callbacks, and never counts as best.
        if (before.phase === 'start') return { state: { ...evaluated, phase: 'idle' } };
        return next({ ...judged(evaluated, done.metrics ?? {}, step), phase: NEXT.evaluate }, moment);
      }
      case 'save': {
        const saved = fire(recorded(schedule, done.checkpoint ?? null, step), 'save', step);
        return next({ ...saved, phase: NEXT.save }, moment);
      }
    }
  }

  /**
   * That Trainer ends with the exception. Here training goes on; its callbacks hear of nothing, and nothing is judged. What
   * is due by time stays due, and waits longer with each failure; else it is tried when its rule says so again.
   */
  function decideAfterFailure(
    before: TrainerSchedule,
    action: ActionName,
    moment: Moment,
  ): Decision<TrainerSchedule> {
    const failures = before.failures[action] + 1;
    const schedule: TrainerSchedule = {
      ...before,
      control: withFlags(before.control, CLEARED[action], false),
      failures: { ...before.failures, [action]: failures },
      retryAt: { ...before.retryAt, [action]: moment.active + waitAfter(failures) },
    };
    const isAlone = before.phase === 'start' || before.ended !== 'no';
    if (isAlone) return { state: { ...schedule, phase: 'idle' } };
    return next({ ...schedule, phase: NEXT[action] }, moment);
  }

  /** Each data set is told by itself: a log of its metrics, then the evaluation, which early stopping hears. */
  function afterEvaluation(schedule: TrainerSchedule, metrics: Metrics, step: number): TrainerSchedule {
    let heard = schedule;
    for (const prefix of prefixes) {
      const own = Object.fromEntries(Object.entries(metrics).filter(([name]) => prefixOf(name) === prefix));
      heard = fire(fire(heard, 'log', step), 'evaluate', step);
      heard = waited(heard, own);
    }
    return heard;
  }

  /** The longest that fits: `eval_test_hard_loss` is no metric of `eval_test`, where there is a data set `test_hard`. */
  function prefixOf(metric: string): string | undefined {
    const fitting = prefixes.filter((prefix) => metric.startsWith(`${prefix}_`));
    return fitting.toSorted((a, b) => b.length - a.length)[0];
  }

  /** Early stopping compares with the best before this evaluation; a gain up to the threshold still costs patience. */
  function waited(schedule: TrainerSchedule, metrics: Metrics): TrainerSchedule {
    const value = metrics[metricName(args)];
    if (!earlyStopping || value === undefined) return schedule;
    const best = schedule.bestMetric === null ? null : Number(schedule.bestMetric);
    const { threshold = 0 } = earlyStopping;
    const better = best === null || (isBetter(value, best) && Math.abs(value - best) > threshold);
    const patience = better ? 0 : schedule.patience + 1;
    const stops = patience >= earlyStopping.patience;
    const control = withFlags(schedule.control, stops ? ['should_training_stop'] : [], true);
    return { ...schedule, patience, control };
  }

  /** Whether this evaluation is the best so far. Under 'best' that alone decides whether to save; under 'time' it is saved. */
  function judged(schedule: TrainerSchedule, metrics: Metrics, step: number): TrainerSchedule {
    const { save_strategy, metric_for_best_model, greater_is_better } = args;
    if (metric_for_best_model === null) {
      return save_strategy === 'best' ? withSave(schedule, false) : schedule;
    }
    const name = metricName(args);
    const value = metrics[name];
    if (value === undefined)
      throw new TrainerError('train', 'KeyError', `'${name}' is not among the metrics`);
    const before = schedule.bestMetric ?? (greater_is_better ? '-Infinity' : 'Infinity');
    const better = isBetter(value, Number(before));
    const found: TrainerSchedule = {
      ...schedule,
      bestMetric: better ? (Number.isFinite(value) ? value : (String(value) as 'Infinity')) : before,
      bestStep: better && save_strategy !== 'no' ? step : schedule.bestStep,
    };
    if (bestByTime) return withSave(found, true);
    return save_strategy === 'best' ? withSave(found, better) : found;
  }

  function withSave(schedule: TrainerSchedule, saves: boolean): TrainerSchedule {
    return { ...schedule, control: withFlags(schedule.control, ['should_save'], saves) };
  }

  /** The best checkpoint is recorded during a save, and only where the best step has one. */
  function recorded(schedule: TrainerSchedule, written: string | null, step: number): TrainerSchedule {
    const { bestStep } = schedule;
    if (args.save_strategy === 'no' || !bestStep) return schedule;
    if (bestStep === step) return { ...schedule, bestCheckpoint: written };
    // An earlier step may have been saved before it was the best: that Trainer looks for the name that it gives.
    const best = `checkpoint-${bestStep}`;
    return exists?.(best) ? { ...schedule, bestCheckpoint: best } : schedule;
  }

  function isBetter(value: number, than: number): boolean {
    return args.greater_is_better ? value > than : value < than;
  }

  function stopReason({ patience }: TrainerSchedule, { step }: Moment): StopReason {
    if (step >= size.maxSteps) return 'steps';
    return earlyStopping && patience >= earlyStopping.patience ? 'patience' : 'stopped';
  }

  function decideAtEnd(
    schedule: TrainerSchedule,
    reason: StopReason,
    moment: Moment,
  ): Decision<TrainerSchedule> | undefined {
    // An epoch that its last step has cut short ends as well; most loops do not tell.
    if (schedule.inEpoch && reason !== 'stopped') return decideAtEpoch(schedule, moment);
    if (schedule.ended === 'no' && (summary || moment.step > schedule.lastLogged)) {
      return { state: { ...schedule, ended: 'logged' }, actions: [act('log', moment, 'final')] };
    }
    const { bestCheckpoint, ended, failures } = schedule;
    // What has failed is still due by time, and no step comes after this one.
    const isStillDue = args.save_strategy === 'time' && failures.save > 0 && reason !== 'stopped';
    if (isStillDue && (ended === 'no' || ended === 'logged')) {
      return { state: { ...schedule, ended: 'saved' }, actions: [act('save', moment, 'save')] };
    }
    if (ended === 'loaded' || !args.load_best_model_at_end || bestCheckpoint === null) return undefined;
    return { state: { ...schedule, ended: 'loaded' }, load: bestCheckpoint };
  }

  return {
    initialState: () => NEW_SCHEDULE,
    beginEpoch,
    beginStep,
    endSubstep: (schedule, step) => fire(schedule, 'substep_end', step),
    restoreState: (saved, where) =>
      readTrainerSchedule(saved, where, args.restore_callback_states_from_checkpoint),
    decide(schedule: TrainerSchedule, point: Point, moment: Moment) {
      switch (point.at) {
        case 'run begins':
          return decideAtBegin(schedule, moment);
        case 'step ends':
          return decideAtStep(schedule, moment);
        case 'epoch ends':
          return decideAtEpoch(schedule, moment);
        case 'action done':
          return decideAfter(schedule, point, moment);
        case 'run ends':
          return decideAtEnd(schedule, point.reason, moment);
        case 'save asked':
          return undefined;
      }
    },
    describe: () => describeTrainer(args, size),
  };
}

/** What a step has still to look at when an action is done, whatever came of it. */
const NEXT = { log: 'evaluate', evaluate: 'save', save: 'idle' } as const;

/** What callbacks hear of a step before it counts. */
const OPTIMIZING = ['pre_optimizer_step', 'optimizer_step'] as const;

const FLAG_NAMES = ['should_log', 'should_evaluate', 'should_save', 'should_training_stop'] as const;

/** Metrics of an evaluation bear a prefix, the argument may or may not. */
export function metricName({ metric_for_best_model }: CheckedArguments): string {
  const name = metric_for_best_model ?? 'loss';
  return name.startsWith('eval_') ? name : `eval_${name}`;
}

/** @throws {TrainerError} where that library divides by zero: a part of no steps is an interval of 0. */
function isMultiple(step: number, of: number): boolean {
  if (of === 0) throw new TrainerError('train', 'ZeroDivisionError', 'an interval is 0 steps');
  return step % of === 0;
}

/** By time. What is being written beside training is not due again. */
function isDue(
  { doneAt, retryAt }: TrainerSchedule,
  action: ActionName,
  seconds: number,
  { active, saving }: Moment,
): boolean {
  if (action === 'save' && saving) return false;
  return isReached(active, doneAt[action] + seconds * 1000) && active >= retryAt[action];
}

/** Actions of that Trainer are due when they are done: it keeps no account of lateness. */
function act(type: ActionName, { active }: Moment, why: string): Action {
  return { type, due: active / 1000, late: 0, missed: 0, why: [why] };
}
