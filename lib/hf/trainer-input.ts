import { WallclockError } from '../core/errors.ts';
import { optional, type Reader, readBoolean, readerOf, readOptions } from '../core/read-options.ts';
import type { Metrics } from '../core/run-event.ts';
import { CALLBACK_EVENTS, FLAGS, type Injection } from './control.ts';
import { type PythonNumber, readPythonNumber } from './python-number.ts';
import { readNumber, wordOf } from './readers.ts';
import type { EarlyStopping } from './trainer-policy.ts';
import type { TrainingArguments } from './training-arguments.ts';

/** A training run of that Trainer, with what its losses and metrics will be. */
export interface TrainerInput {
  /** In that library's names. */
  args: TrainingArguments;
  /** Micro-batches in one pass. */
  batches_per_epoch: number;
  /** The data has no length. Default false. */
  unsized?: boolean;
  /** The loss of the k-th micro-batch, divided by the accumulation already. The last one is repeated. */
  losses?: readonly PythonNumber[];
  /** What each evaluation of a data set measures, in order. */
  evals?: readonly { readonly [metric: string]: PythonNumber }[];
  /** Default: none. */
  early_stopping?: EarlyStopping;
  /** What a user's callback sets. */
  inject?: readonly Injection[];
  /** Default: one data set. */
  eval_dataset?: 'none' | 'dict';
  /** The run that came before, in the same folder. */
  first_run?: TrainerInput;
  /** The newest checkpoint, or one by its name. */
  resume_from?: boolean | string;
  /** Seconds that each step, evaluation and save takes, for `'time'`. Default 0. */
  step_seconds?: number;
  /** Seconds of each evaluation. Default 0. */
  eval_seconds?: number;
  /** Seconds of each save. Default 0. */
  save_seconds?: number;
}

/** A checked {@link TrainerInput}. */
export interface CheckedInput {
  readonly args: unknown;
  readonly batches: number;
  readonly sized: boolean;
  readonly losses: readonly number[];
  readonly evals: readonly Metrics[];
  readonly earlyStopping: EarlyStopping | undefined;
  readonly injections: readonly Injection[];
  readonly evalDataset: 'one' | 'none' | 'dict';
  readonly firstRun: CheckedInput | undefined;
  readonly resumeFrom: boolean | string | undefined;
  readonly stepSeconds: number;
  readonly evalSeconds: number;
  readonly saveSeconds: number;
}

/** A run of more micro-batches than this is not planned. */
export const MOST_BATCHES = 1_000_000;

const readBatches = readerOf<number>(
  `a whole number from 0 to ${MOST_BATCHES}`,
  (value) => Number.isSafeInteger(value) && value >= 0 && value <= MOST_BATCHES,
);

const readSeconds = readerOf<number>('seconds, 0 or more', (value) => Number.isFinite(value) && value >= 0);

function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  const readList = readerOf<readonly unknown[]>('a list', Array.isArray);
  return (value, where) => readList(value, where).map((one, index) => reader(one, `${where}[${index}]`));
}

const readMetrics: Reader<Metrics> = (value, where) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WallclockError({ where, expected: 'metrics by their names', got: value });
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, readPythonNumber(one, `${where}.${name}`)]),
  );
};

const readInjection: Reader<Injection> = (value, where) =>
  readOptions(
    value,
    {
      event: wordOf(CALLBACK_EVENTS),
      step: readBatches,
      set: listOf(wordOf(FLAGS)),
    },
    where,
  );

export const readEarlyStopping: Reader<EarlyStopping> = (value, where) =>
  readOptions(value, { patience: readBatches, threshold: optional(readNumber) }, where);

const readResume = readerOf<boolean | string>(
  "true, or a checkpoint's name",
  (value) => typeof value === 'boolean' || typeof value === 'string',
);

/** One run comes before, and none before that. */
const readFirstRun: Reader<CheckedInput> = (value, where) => {
  const nested = typeof value === 'object' && value !== null && Object.hasOwn(value, 'first_run');
  if (nested) throw new WallclockError({ where, expected: 'a run without a first_run', got: 'one with it' });
  return parseTrainerInput(value, where);
};

/**
 * Checks a run of that Trainer as far as its form goes; its arguments are checked by what plans it.
 *
 * @throws {WallclockError} at the first thing that does not hold.
 */
export function parseTrainerInput(value: unknown, where = 'input'): CheckedInput {
  const read = readOptions(
    value,
    {
      args: optional((args: unknown) => args, {}),
      batches_per_epoch: readBatches,
      unsized: optional(readBoolean, false),
      losses: optional(listOf(readPythonNumber), []),
      evals: optional(listOf(readMetrics), []),
      early_stopping: optional(readEarlyStopping),
      inject: optional(listOf(readInjection), []),
      eval_dataset: optional(wordOf(['none', 'dict']), 'one' as const),
      first_run: optional(readFirstRun),
      resume_from: optional(readResume),
      step_seconds: optional(readSeconds, 0),
      eval_seconds: optional(readSeconds, 0),
      save_seconds: optional(readSeconds, 0),
    },
    where,
  );
  return {
    args: read.args,
    batches: read.batches_per_epoch,
    sized: !read.unsized,
    losses: read.losses,
    evals: read.evals,
    earlyStopping: read.early_stopping,
    injections: read.inject,
    evalDataset: read.eval_dataset,
    firstRun: read.first_run,
    resumeFrom: read.resume_from,
    stepSeconds: read.step_seconds,
    evalSeconds: read.eval_seconds,
    saveSeconds: read.save_seconds,
  };
}
