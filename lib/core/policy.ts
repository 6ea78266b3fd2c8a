import type { Mark, Moment } from './moment.ts';
import type { Keep } from './retention.ts';
import type { Metrics } from './run-event.ts';
import type { Times } from './stopwatch.ts';

/** What a run can be told to do. `log`, `evaluate` and `save` are carried out in the order in which they are given. */
export const ACTIONS = ['log', 'evaluate', 'save'] as const;
/** One of {@link ACTIONS}. */
export type ActionName = (typeof ACTIONS)[number];

/**
 * Why a run ended. `finished`: its loop came to an end by itself; `stopped`: it was told to from outside; `failure`: an
 * action failed, and the strategy stops then.
 */
export type StopReason = (typeof REASONS)[number];
/** Every {@link StopReason}. */
export const REASONS = [
  'finished',
  'steps',
  'epochs',
  'time',
  'deadline',
  'patience',
  'failure',
  'stopped',
] as const;

/** A decision that is to be acted on, with its account of itself. */
export interface Action {
  /** What is to be done. */
  readonly type: ActionName;
  /**
   * When it was due and by how much it is late: steps or epochs where the first reason counts those, else seconds, on the
   * time that the interval's base names.
   */
  readonly due: number;
  readonly late: number;
  /** Whole intervals that went by unheeded: between due and now, and on a grid during the last time. */
  readonly missed: number;
  /** Every reason that held, in the words of the strategy: `['30s']`, `['5m', 'best']`, `['final']`. */
  readonly why: readonly string[];
}

/**
 * The places in a run at which its policy is asked what to do.
 *
 * ```
 * run begins                                 -> evaluate at start; where it is resumed, what its last step left out; stop,
 *                                               where it has used up its limits
 *   each epoch
 *     each step:    … train …   step ends    -> log, evaluate, save, stop
 *                               action done  (after each action, with its outcome) -> what follows from it
 *     epoch ends                             -> log, evaluate, save, stop
 *   save asked   (between steps, from outside) -> save
 * run ends                                   -> the final log, evaluation and save, the best model loaded; where it
 *                                               was asked to stop, the save first;
 *                                               asked again until nothing is left to do
 * ```
 */
export type Point =
  | RunBegins
  | { readonly at: 'step ends' }
  | { readonly at: 'epoch ends' }
  | { readonly at: 'save asked' }
  | ActionDone
  | { readonly at: 'run ends'; readonly reason: StopReason; readonly reading: Mark };

export interface RunBegins {
  readonly at: 'run begins';
  /** Whether it goes on from a checkpoint. */
  readonly resumed: boolean;
  readonly stepEnded: StepEnded;
}

/** The times when a run's last step had ended, before what was done at it; zeros before the first step. */
export type StepEnded = Omit<Times, 'longestStep'>;

/** An action has been carried out, or has failed. */
export interface ActionDone {
  readonly at: 'action done';
  /** As it was decided. */
  readonly action: Action;
  /** Whether it succeeded. */
  readonly ok: boolean;
  /** Milliseconds of active time for which training stood still. */
  readonly took: number;
  /** Milliseconds of active time until it was done: more, where it went on beside training. */
  readonly lasted: number;
  /** What a log or an evaluation has measured; for a save, what an evaluation of its step has. */
  readonly metrics?: Metrics;
  /** What a save has written. */
  readonly checkpoint?: string;
  /** What is still to be carried out at this step. */
  readonly rest: readonly Action[];
  /** The one reading from which its step was decided: an earlier step's, where it went on beside training. */
  readonly reading: Mark;
  /** Where training went on, where the rest of it went on beside training. Default: now. */
  readonly mark?: Mark;
}

/** What a policy wants done now, and the state with which it wants to be asked next. */
export interface Decision<State> {
  /** With which it wants to be asked next. */
  readonly state: State;
  /** In their order. After an action they take the place of the rest of its step; where absent, the rest stays. */
  readonly actions?: readonly Action[];
  /** Why the run is to end, where it is. Default: it goes on. */
  readonly stop?: StopReason | undefined;
  /** A checkpoint whose model is to be loaded now, at the end of the run. */
  readonly load?: string;
  /** Something that whoever wrote the strategy should hear once. */
  readonly warning?: string | undefined;
}

/** How long there is nothing to decide at the end of a step, nor to remember: until whichever comes first. */
export interface Quiet {
  /** Steps, at the least 1: it is asked again when so many have ended. */
  readonly steps: number;
  /** Milliseconds of training; and no step may take longer than the longest so far. */
  readonly milliseconds: number;
}

/**
 * Decides what a run does and when. A pure function of its state, the point and the moment: it reads no clock, logs
 * nothing and saves nothing, so that a decision can be tested, replayed and planned.
 *
 * `State` is plain JSON: a checkpoint stores it, and a resumed run hands it back.
 */
export interface Policy<State = unknown> {
  /** The state of a new run. */
  initialState(): State;
  /**
   * The state that a checkpoint has stored, once it has been checked: it comes from outside. Default: it has to be one of
   * Wallclock's own policy, whose check is with {@link resumeFrom}, so that a program which never resumes does not carry it.
   *
   * @throws {WallclockError} where it is not one of this policy's.
   */
  restoreState?(saved: unknown, where: string): State;
  /** Undefined where there is nothing to do and nothing to remember: by far the most frequent answer. */
  decide(state: State, point: Point, moment: Moment): Decision<State> | undefined;
  /**
   * How far a run that stands at the end of a step may go on before it asks again, as long as the state stays: so that most
   * steps cost one reading of the clock, and workers agree a few times a second. Default: it asks at the end of each step.
   */
  quiet?(state: State, moment: Moment): Quiet;
  /** What the policy tells of itself when the run begins, for those who read the run's events. */
  describe(): PolicyDescription;
}

/** A policy in words and numbers, as the run's first event carries it. Plain JSON. */
export interface PolicyDescription {
  /** The interval of each action that has one, as it was written. */
  readonly intervals: { readonly [action in ActionName]?: string };
  /** What else it may ask for: an evaluation before a save, say. The run checks that each can be done. */
  readonly needs?: readonly (ActionName | 'load')[];
  /** Over all runs together. */
  readonly maxSteps?: number;
  /** Seconds of active time. */
  readonly maxTime?: number;
  /** Over all runs together. */
  readonly maxEpochs?: number;
  /** Seconds by the wall from the beginning of this run. */
  readonly deadline?: number;
  /** The metric of an evaluation that tells which model is best. */
  readonly best?: { readonly metric: string; readonly greaterIsBetter: boolean };
  /** Which checkpoints are kept, where not all are; `every` is in seconds. */
  readonly keep?: Keep;
}
