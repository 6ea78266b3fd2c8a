import type { JournalPosition } from './journal-file.ts';
import type { Action, ActionName, PolicyDescription, StopReason } from './policy.ts';
import type { RunState } from './run-state.ts';

/** Numbers by name: `{ loss: 0.31, accuracy: 0.9 }`. */
export type Metrics = { readonly [name: string]: number };

/** Where in a run an event happened: by its count, by its step and by its times in **seconds**. */
export interface Occasion {
  /** The event's place in the run, from 0. A resumed run goes on counting. */
  readonly seq: number;
  /** Steps completed. */
  readonly step: number;
  /** Epochs completed, with the part of the one under way where its length is known. */
  readonly epoch: number;
  /** Seconds since the run began, by the wall; the time between two runs does not count. */
  readonly elapsed: number;
  /** The same without pauses. Pictures of a run are drawn against it. */
  readonly active: number;
}

/** The run begins, or goes on from a checkpoint. */
export interface BeginEvent extends Occasion {
  readonly type: 'begin';
  /** The run's name. */
  readonly run: string;
  /** When by the calendar: milliseconds since 1970. */
  readonly date: number;
  /** What decides, in words. */
  readonly policy: PolicyDescription;
  /** Steps in one pass over the data, where it is known. */
  readonly stepsPerEpoch?: number;
  /**
   * Where the run goes on from a checkpoint: its name, the decision that it was saved by, and what views knew of the run
   * before that save, which is told here. `journal` is how far the file of its events had come by then.
   */
  readonly resumed?: {
    readonly checkpoint: string;
    readonly save: Action;
    readonly state: RunState;
    readonly journal?: JournalPosition;
  };
}

/** The account of an action that succeeded: when it was due, how it was met, why, and what it took in seconds. */
interface ActedEvent extends Occasion, Action {
  /** Seconds. */
  readonly took: number;
}

/** A log: what training comes to, between two evaluations. */
export interface LogEvent extends ActedEvent {
  readonly type: 'log';
  /** The mean loss since the last log, and whatever else the action told. */
  readonly metrics: Metrics;
}

/** An evaluation: what the model is worth on data that it does not learn from. */
export interface EvaluateEvent extends ActedEvent {
  readonly type: 'evaluate';
  /** What was measured. */
  readonly metrics: Metrics;
}

/** A save: a checkpoint has been written, whole. Told when that is so, with the occasion of the step that it holds. */
export interface SaveEvent extends ActedEvent {
  readonly type: 'save';
  /** Its name. */
  readonly checkpoint: string;
  /** Of all its files. */
  readonly bytes: number;
  /** Seconds until it was written, where training went on meanwhile: more than it `took` of training. */
  readonly lasted?: number;
  /** Checkpoints that were deleted because the strategy keeps no more. */
  readonly deleted: readonly string[];
}

/** An action that did not succeed. It stays due and is tried again. */
export interface FailEvent extends Occasion {
  readonly type: 'fail';
  /** What failed. */
  readonly action: ActionName | 'load';
  /** Why. */
  readonly message: string;
}

/** The model is the best one again, from this checkpoint. */
export interface LoadEvent extends Occasion {
  readonly type: 'load';
  /** Its name. */
  readonly checkpoint: string;
}

/** What whoever wrote the strategy should know: an interval that is shorter than a step, say. Told once. */
export interface WarnEvent extends Occasion {
  readonly type: 'warn';
  /** In words. */
  readonly message: string;
}

/** The machine has slept: the wall went on while the run stood still. Counted as elapsed, not as active time. */
export interface WakeEvent extends Occasion {
  readonly type: 'wake';
  /** Seconds. */
  readonly slept: number;
}

/** The run is paused, or goes on. */
export interface PauseEvent extends Occasion {
  readonly type: 'pause' | 'continue';
}

/** The run has ended, after its final actions. */
export interface EndEvent extends Occasion {
  readonly type: 'end';
  /** Why it ended. */
  readonly reason: StopReason;
}

/**
 * Everything that leaves a run, in order. Plain JSON: a file keeps it, a worker posts it, views fold it.
 *
 * ```
 * begin (log | evaluate | save | fail | load | warn | wake | pause continue)* end
 * ```
 */
export type RunEvent =
  | BeginEvent
  | LogEvent
  | EvaluateEvent
  | SaveEvent
  | FailEvent
  | LoadEvent
  | WarnEvent
  | WakeEvent
  | PauseEvent
  | EndEvent;
