import type { Action, ActionName, PolicyDescription, StopReason } from './policy.ts';
import type { RunState } from './run-state.ts';

/** Numbers by name: `{ loss: 0.31, accuracy: 0.9 }`. */
export type Metrics = { readonly [name: string]: number };

/** Where in a run an event happened: by its count, by its step and by its times in **seconds**. */
export interface Occasion {
  /** The event's place in the run, from 0. A resumed run goes on counting. */
  readonly seq: number;
  readonly step: number;
  readonly epoch: number;
  /** Seconds since the run began, by the wall; the time between two runs does not count. */
  readonly elapsed: number;
  /** The same without pauses. Pictures of a run are drawn against it. */
  readonly active: number;
}

export interface BeginEvent extends Occasion {
  readonly type: 'begin';
  readonly run: string;
  /** When by the calendar: milliseconds since 1970. */
  readonly date: number;
  readonly policy: PolicyDescription;
  readonly stepsPerEpoch?: number;
  /** Where the run goes on from a checkpoint: its name, and what views knew of the run by then. */
  readonly resumed?: { readonly checkpoint: string; readonly state: RunState };
}

/** The account of an action that succeeded: when it was due, how it was met, why, and what it took in seconds. */
interface ActedEvent extends Occasion, Action {
  readonly took: number;
}

export interface LogEvent extends ActedEvent {
  readonly type: 'log';
  readonly metrics: Metrics;
}

export interface EvaluateEvent extends ActedEvent {
  readonly type: 'evaluate';
  readonly metrics: Metrics;
}

export interface SaveEvent extends ActedEvent {
  readonly type: 'save';
  readonly checkpoint: string;
  readonly bytes: number;
  /** Checkpoints that were deleted because the strategy keeps no more. */
  readonly deleted: readonly string[];
}

/** An action that did not succeed. It stays due and is tried again. */
export interface FailEvent extends Occasion {
  readonly type: 'fail';
  readonly action: ActionName | 'load';
  readonly message: string;
}

/** The model is the best one again, from this checkpoint. */
export interface LoadEvent extends Occasion {
  readonly type: 'load';
  readonly checkpoint: string;
}

/** What whoever wrote the strategy should know: an interval that is shorter than a step, say. Told once. */
export interface WarnEvent extends Occasion {
  readonly type: 'warn';
  readonly message: string;
}

/** The machine has slept: the wall went on while the run stood still. Counted as elapsed, not as active time. */
export interface WakeEvent extends Occasion {
  readonly type: 'wake';
  /** Seconds. */
  readonly slept: number;
}

export interface PauseEvent extends Occasion {
  readonly type: 'pause' | 'continue';
}

export interface EndEvent extends Occasion {
  readonly type: 'end';
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
