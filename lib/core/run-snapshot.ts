import type { SaveContext } from './actions.ts';
import type { JournalPosition } from './journal-file.ts';
import { NO_TIMES } from './moment.ts';
import type { Action, StepEnded } from './policy.ts';
import type { RunState } from './run-state.ts';
import type { Times } from './stopwatch.ts';

/** What is told of a checkpoint's save: its decision's account of itself, without which the run's journal would end before it. */
export interface SavedAs extends Omit<Action, 'type'>, Pick<SaveContext, 'elapsed' | 'metrics'> {}

/** What a checkpoint keeps of a run so that it can go on: everything but the model, the optimizer and the data. */
export interface RunSnapshot {
  /** The run's name. */
  readonly run: string;
  /** Steps completed. */
  readonly step: number;
  /** Complete epochs. */
  readonly epochs: number;
  /** Steps into the epoch under way. */
  readonly stepInEpoch: number;
  /** Milliseconds by then on each of the three times, and the longest step. */
  readonly times: Times;
  /** Milliseconds when the last step ended, before what was done at it: with them the end of its epoch is judged. */
  readonly stepEnded: StepEnded;
  /** What is told of its save. */
  readonly saved: SavedAs;
  /** How far the file of the run's events had come, where there is one: before this save was told. */
  readonly journal?: JournalPosition;
  /** The policy's own state. */
  readonly schedule: unknown;
  /** What views know of the run, so that a chart goes on where it was. */
  readonly state: RunState;
}

/** Where a run stands that goes on from no checkpoint. */
export const NEW_RUN: Omit<RunSnapshot, 'run' | 'schedule' | 'saved' | 'state'> & { readonly run?: string } =
  {
    step: 0,
    epochs: 0,
    stepInEpoch: 0,
    times: { ...NO_TIMES, longestStep: 0 },
    stepEnded: NO_TIMES,
  };
