import type { Moment } from './moment.ts';

/** What a run can be told to do. `log`, `evaluate` and `save` are carried out in the order in which they are given. */
export const ACTIONS = ['log', 'evaluate', 'save'] as const;
export type ActionName = (typeof ACTIONS)[number];

/** Why a run ended. `finished`: its loop came to an end by itself. */
export type StopReason = 'finished' | 'steps' | 'epochs' | 'time' | 'stopped';

/** A decision that is to be acted on, with its account of itself. */
export interface Action {
  readonly type: ActionName;
  /**
   * When it was due and by how much it is late: seconds where the first reason is a time, else steps or epochs.
   */
  readonly due: number;
  readonly late: number;
  /** Whole intervals that went by unheeded: between due and now, and on a grid during the last time. */
  readonly missed: number;
  /** Every reason that held, in the words of the strategy: `['30s']`, `['final']`. */
  readonly why: readonly string[];
}

/**
 * The places in a run at which its policy is asked what to do.
 *
 * ```
 * run begins                                 -> stop, where a resumed run has used up its limits
 *   each epoch
 *     each step:    … train …   step ends    -> log, evaluate, save, stop
 *                               action done  (after each action, with its outcome)
 *     epoch ends                             -> log, evaluate, save, stop
 * run ends                                   -> the final log, evaluation and save
 * ```
 */
export type Point =
  | { readonly at: 'run begins' }
  | { readonly at: 'step ends' }
  | { readonly at: 'epoch ends' }
  | { readonly at: 'action done'; readonly action: Action; readonly ok: boolean }
  | { readonly at: 'run ends' };

/** What a policy wants done now, and the state with which it wants to be asked next. */
export interface Decision<State> {
  readonly state: State;
  readonly actions: readonly Action[];
  readonly stop?: StopReason;
}

/**
 * Decides what a run does and when. A pure function of its state, the point and the moment: it reads no clock, logs
 * nothing and saves nothing, so that a decision can be tested, replayed and planned.
 *
 * `State` is plain JSON: a checkpoint stores it, and a resumed run hands it back.
 */
export interface Policy<State = unknown> {
  initialState(): State;
  /** Undefined where there is nothing to do and nothing to remember: by far the most frequent answer. */
  decide(state: State, point: Point, moment: Moment): Decision<State> | undefined;
  /** What the policy tells of itself when the run begins, for those who read the run's events. */
  describe(): PolicyDescription;
}

/** A policy in words and numbers, as the run's first event carries it. Plain JSON. */
export interface PolicyDescription {
  /** The interval of each action that has one, as it was written. */
  readonly intervals: { readonly [action in ActionName]?: string };
  readonly maxSteps?: number;
  /** Seconds of active time. */
  readonly maxTime?: number;
  readonly maxEpochs?: number;
}
