import { checkKeys, isPlainObject } from './check-keys.ts';
import { demand } from './errors.ts';
import { ACTIONS, type Policy } from './policy.ts';
import type { Metrics } from './run-event.ts';
import type { RunSnapshot } from './run-snapshot.ts';

/** What a save has done. */
export interface Saved {
  /** The checkpoint's name: `checkpoint-40`. */
  checkpoint: string;
  /** Of all its files. */
  bytes: number;
  /** Names of the checkpoints that were deleted for it. Default: none. */
  deleted?: readonly string[];
  /** What else went wrong, in whole sentences: each is told by a `warn` event. Default: nothing did. */
  warnings?: readonly string[];
}

/** A save that goes on beside training: what it needs of the model has been copied. */
export interface Writing {
  /** Resolves when the checkpoint exists, whole. */
  readonly written: Promise<Saved>;
}

/**
 * What an action throws that gives up because the run is to stop: it has not failed, and is as if it had not begun.
 *
 * @example
 * ```ts
 * const stop = new AbortController();
 * const evaluate = async () => {
 *   for (let batch = 0; batch < 9; batch++) if (stop.signal.aborted) throw new GivenUp();
 *   return { accuracy: 0.5 };
 * };
 * ```
 */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Where the run stands while an action is carried out. */
export interface ActionContext {
  /** Steps completed. */
  readonly step: number;
  /** Epochs completed, with the part of the one under way where its length is known. */
  readonly epoch: number;
  /** Every reason for it, in the words of the strategy. */
  readonly why: readonly string[];
}

export interface SaveContext extends ActionContext {
  /** Seconds since the run began, by the wall: the reading from which this step's actions were decided. */
  readonly elapsed: number;
  /** What an evaluation of this very step has measured, where there was one. */
  readonly metrics?: Metrics;
  /**
   * All that is needed to go on from here, as if this save had succeeded. Plain JSON.
   *
   * @param checkpoint the name under which it is saved.
   */
  snapshot(checkpoint: string): RunSnapshot;
}

/** How this loop logs, evaluates, saves and loads. One is needed for each that the policy may ask for. */
export interface Actions {
  /** Tells what the steps since the last log came to. */
  log?(context: ActionContext): Metrics | Promise<Metrics>;
  /** Measures the model. */
  evaluate?(context: ActionContext): Metrics | Promise<Metrics>;
  /**
   * Writes a checkpoint: either whole before it resolves, or beside training, which then goes on at once. The run never
   * writes two at a time, and does not end before the last one is written. What is due meanwhile by steps or epochs makes
   * training wait; what is due by time waits itself.
   */
  save?(context: SaveContext): Saved | Writing | Promise<Saved | Writing>;
  /** Brings the model back to what it was at a checkpoint: the best one, at the end. */
  load?(checkpoint: string): void | Promise<void>;
}

/**
 * @throws {WallclockError} where the policy may ask for what this loop does not say how to do, and at a key that is none
 *   of theirs. An object of a class may have others for itself.
 */
export function checkActions(policy: Policy, actions: Actions): void {
  if (isPlainObject(actions)) checkKeys(actions, [...ACTIONS, 'load'], 'actions');
  const { intervals, needs = [] } = policy.describe();
  for (const action of [...ACTIONS.filter((action) => intervals[action] !== undefined), ...needs]) {
    const isGiven = typeof actions[action] === 'function';
    const fix = 'Say how it is done, or leave it out of the strategy.';
    const expected = 'a function, because the strategy may ask for it';
    demand(isGiven, `actions.${action}`, expected, actions[action], fix);
  }
}
