import type { ActionName } from '../core/policy.ts';
import { type Reader, readBoolean, readerOf, readOptions } from '../core/read-options.ts';
import { type Control, NO_FLAGS } from './control.ts';
import { orNull, wordOf } from './readers.ts';

const PHASES = ['start', 'log', 'evaluate', 'save', 'idle'] as const;
const ENDINGS = ['no', 'logged', 'saved', 'loaded'] as const;

/** What that Trainer remembers between decisions. Plain JSON. */
export interface TrainerSchedule {
  readonly control: Control;
  /** Where it stands on a step: what it has still to look at. */
  readonly phase: (typeof PHASES)[number];
  /** Whether an epoch and a step in it are under way, and whether the epoch has had any data. */
  readonly inEpoch: boolean;
  readonly inStep: boolean;
  readonly fed: boolean;
  readonly lastLogged: number;
  /** NaN never becomes best, so that this is a number, an infinity as text, or null. */
  readonly bestMetric: number | 'Infinity' | '-Infinity' | null;
  readonly bestStep: number | null;
  readonly bestCheckpoint: string | null;
  /** Evaluations in a row that were not better. */
  readonly patience: number;
  /** Milliseconds of active time at which each action was last done. */
  readonly doneAt: { readonly [action in ActionName]: number };
  /** Failures in a row of each action, and the active time before which `'time'` does not try it again. */
  readonly failures: { readonly [action in ActionName]: number };
  readonly retryAt: { readonly [action in ActionName]: number };
  readonly ended: (typeof ENDINGS)[number];
}

export const NEW_SCHEDULE: TrainerSchedule = {
  control: NO_FLAGS,
  phase: 'idle',
  inEpoch: false,
  inStep: false,
  fed: false,
  lastLogged: 0,
  bestMetric: null,
  bestStep: null,
  bestCheckpoint: null,
  patience: 0,
  doneAt: { log: 0, evaluate: 0, save: 0 },
  failures: { log: 0, evaluate: 0, save: 0 },
  retryAt: { log: 0, evaluate: 0, save: 0 },
  ended: 'no',
};

const readCount = readerOf<number>(
  'a whole number of at least 0',
  (value) => Number.isSafeInteger(value) && value >= 0,
);

const readMilliseconds = readerOf<number>(
  'milliseconds, 0 or more',
  (value) => Number.isFinite(value) && value >= 0,
);

const readMetric = readerOf<number | 'Infinity' | '-Infinity'>(
  "a number, 'Infinity' or '-Infinity'",
  (value) => Number.isFinite(value) || value === 'Infinity' || value === '-Infinity',
);

const readName = readerOf<string>("a checkpoint's name", (value) => typeof value === 'string');

function ofEachAction<T>(reader: Reader<T>): Reader<{ readonly [action in ActionName]: T }> {
  return (value, where) => readOptions(value, { log: reader, evaluate: reader, save: reader }, where);
}

const FLAG_READERS = {
  should_training_stop: readBoolean,
  should_epoch_stop: readBoolean,
  should_save: readBoolean,
  should_evaluate: readBoolean,
  should_log: readBoolean,
};

const READERS = {
  control: (value: unknown, where: string): Control => readOptions(value, FLAG_READERS, where),
  phase: wordOf(PHASES),
  inEpoch: readBoolean,
  inStep: readBoolean,
  fed: readBoolean,
  lastLogged: readCount,
  bestMetric: orNull(readMetric),
  bestStep: orNull(readCount),
  bestCheckpoint: orNull(readName),
  patience: readCount,
  doneAt: ofEachAction(readMilliseconds),
  failures: ofEachAction(readCount),
  retryAt: ofEachAction(readMilliseconds),
  ended: wordOf(ENDINGS),
};

/**
 * A schedule as a checkpoint has stored it: a resumed Trainer knows its best model again.
 *
 * @param withCallbacks its flags and its patience as well; else they begin anew.
 * @throws {WallclockError} where anything in it is not what a schedule holds.
 */
export function readTrainerSchedule(saved: unknown, where: string, withCallbacks: boolean): TrainerSchedule {
  const schedule = readOptions(saved, READERS, where);
  return withCallbacks ? schedule : { ...schedule, control: NO_FLAGS, patience: 0 };
}
