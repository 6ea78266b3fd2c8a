import { checkKeys, isPlainObject } from '../core/check-keys.ts';
import { asItIs, optional, readBoolean, readerOf, readOptions } from '../core/read-options.ts';
import { OTHER_ARGUMENTS } from './other-arguments.ts';
import { orNull, readNumber, wordOf } from './readers.ts';
import { TrainerError } from './trainer-error.ts';

/**
 * Hugging Face's `TrainingArguments`, in its names: those that decide when the Trainer logs, evaluates, saves and stops.
 * What is left out has that library's default.
 *
 * `'time'` is what huggingface/transformers#30188 and #37642 propose: an interval in minutes, and in seconds as well.
 */
export interface TrainingArguments {
  /** Epochs. Default 3. */
  num_train_epochs?: number;
  /** Optimizer steps; where it is above 0 the epochs do not count. Default -1. */
  max_steps?: number;
  /** Micro-batches in an optimizer step. Default 1. */
  gradient_accumulation_steps?: number;
  /** Default `'steps'`. */
  logging_strategy?: 'no' | 'steps' | 'epoch' | 'time';
  /** Logs the first step as well. Default false. */
  logging_first_step?: boolean;
  /** A number of steps, or below 1 a part of all steps. */
  logging_steps?: number;
  /** Minutes between two logs, under `'time'`. */
  logging_minutes?: number;
  /** Seconds between two logs, under `'time'`. */
  logging_seconds?: number;
  /** Leaves losses that are not finite out of the logs. Default true. */
  logging_nan_inf_filter?: boolean;
  /** Default `'no'`. */
  eval_strategy?: 'no' | 'steps' | 'epoch' | 'time';
  /** Evaluates before the first step. Default false. */
  eval_on_start?: boolean;
  /** Steps or epochs, by the strategy; seconds under `'time'`. */
  eval_delay?: number;
  /** A number of steps, or below 1 a part of all steps. Default: that of the logs. */
  eval_steps?: number | null;
  /** Minutes between two evaluations, under `'time'`. */
  eval_minutes?: number;
  /** Seconds between two evaluations, under `'time'`. */
  eval_seconds?: number;
  /** Default `'steps'`. */
  save_strategy?: 'no' | 'steps' | 'epoch' | 'best' | 'time';
  /** A number of steps, or below 1 a part of all steps. Default 500. */
  save_steps?: number;
  /** Minutes between two saves, under `'time'`. */
  save_minutes?: number;
  /** Seconds between two saves, under `'time'`. */
  save_seconds?: number;
  /** So many of the newest checkpoints are kept. Default: all. */
  save_total_limit?: number | null;
  /**
   * Default false. With `'best'`, or with one strategy to save and to evaluate: under `'steps'` saves come at a multiple of
   * the steps between evaluations, under `'time'` both intervals are the same and a save comes with each evaluation.
   */
  load_best_model_at_end?: boolean;
  /**
   * With or without `eval_`. Default `'loss'` where the best model is loaded at the end or the learning rate follows the
   * metric, else none.
   */
  metric_for_best_model?: string | null;
  /** Default: true unless the metric's name ends with `loss`. */
  greater_is_better?: boolean | null;
  /** Those that look at metrics, `'reduce_lr_on_plateau'` and `'greedy'`, need evaluations, and a metric as above. */
  lr_scheduler_type?: string;
  /** A resumed run begins its data anew. Default false. */
  ignore_data_skip?: boolean;
  /** A resumed run takes up the patience where it was. Default false. */
  restore_callback_states_from_checkpoint?: boolean;
}

/** Checked arguments, with that library's defaults filled in. Seconds; 0 where a strategy is not `'time'`. */
export interface CheckedArguments {
  readonly num_train_epochs: number;
  readonly max_steps: number;
  readonly gradient_accumulation_steps: number;
  readonly logging_strategy: 'no' | 'steps' | 'epoch' | 'time';
  readonly logging_first_step: boolean;
  readonly logging_steps: number;
  readonly logging_seconds: number;
  readonly logging_nan_inf_filter: boolean;
  readonly eval_strategy: 'no' | 'steps' | 'epoch' | 'time';
  readonly eval_on_start: boolean;
  readonly eval_delay: number;
  readonly eval_steps: number | null;
  readonly eval_seconds: number;
  readonly save_strategy: 'no' | 'steps' | 'epoch' | 'best' | 'time';
  readonly save_steps: number;
  readonly save_seconds: number;
  readonly save_total_limit: number | null;
  readonly load_best_model_at_end: boolean;
  readonly metric_for_best_model: string | null;
  readonly greater_is_better: boolean;
  readonly ignore_data_skip: boolean;
  readonly restore_callback_states_from_checkpoint: boolean;
}

const readText = readerOf<string>('a text', (value) => typeof value === 'string');

const readWhole = readerOf<number>('a whole number', Number.isSafeInteger);

/** 0 as well: that library takes it, and divides by it as training begins. */
const readAccumulation = readerOf<number>(
  'a whole number of at least 1',
  (value) => Number.isSafeInteger(value) && value >= 0,
);

const READERS = {
  num_train_epochs: optional(readNumber, 3),
  max_steps: optional(readWhole, -1),
  gradient_accumulation_steps: optional(readAccumulation, 1),
  logging_strategy: optional(asItIs, 'steps'),
  logging_first_step: optional(readBoolean, false),
  logging_steps: optional(readNumber, 500),
  logging_minutes: optional(readNumber),
  logging_seconds: optional(readNumber),
  logging_nan_inf_filter: optional(readBoolean, true),
  eval_strategy: optional(asItIs, 'no'),
  eval_on_start: optional(readBoolean, false),
  eval_delay: optional(readNumber, 0),
  eval_steps: optional(orNull(readNumber), null),
  eval_minutes: optional(readNumber),
  eval_seconds: optional(readNumber),
  save_strategy: optional(asItIs, 'steps'),
  save_steps: optional(readNumber, 500),
  save_minutes: optional(readNumber),
  save_seconds: optional(readNumber),
  save_total_limit: optional(orNull(readWhole), null),
  load_best_model_at_end: optional(readBoolean, false),
  metric_for_best_model: optional(orNull(readText), null),
  greater_is_better: optional(orNull(readBoolean), null),
  lr_scheduler_type: optional(asItIs, 'linear'),
  ignore_data_skip: optional(readBoolean, false),
  restore_callback_states_from_checkpoint: optional(readBoolean, false),
};

/** They look at a metric after each evaluation. */
const MEASURING_SCHEDULERS = ['reduce_lr_on_plateau', 'greedy'] as const;

const SCHEDULERS = [
  ...MEASURING_SCHEDULERS,
  ...(['linear', 'cosine', 'cosine_with_restarts', 'polynomial', 'constant'] as const),
  ...(['constant_with_warmup', 'inverse_sqrt', 'cosine_with_min_lr'] as const),
  ...(['cosine_warmup_with_min_lr', 'warmup_stable_decay'] as const),
] as const;

const KNOWN = Object.keys(READERS) as (keyof typeof READERS)[];

type Read = { readonly [key in keyof typeof READERS]: ReturnType<(typeof READERS)[key]> };

/**
 * Checks training arguments as that library does, and fills in its defaults.
 *
 * @throws {WallclockError} for an argument of a wrong type.
 * @throws {TrainerError} where that library raises a ValueError, or for an unknown argument a TypeError, and where `'time'`
 * lacks its interval.
 * @example
 * ```ts
 * parseTrainingArguments({ save_strategy: 'time', save_minutes: 5 }).save_seconds; // 300
 * ```
 */
export function parseTrainingArguments(value: unknown, where = 'args'): CheckedArguments {
  checkNames(value, where);
  const own = Object.entries(value).filter(([key]) => Object.hasOwn(READERS, key));
  const read = readOptions(Object.fromEntries(own), READERS, where);
  const logging_strategy = knownWord(read, 'logging_strategy', ['no', 'steps', 'epoch', 'time']);
  const eval_strategy = knownWord(read, 'eval_strategy', ['no', 'steps', 'epoch', 'time']);
  const save_strategy = knownWord(read, 'save_strategy', ['no', 'steps', 'epoch', 'best', 'time']);
  const eval_steps = evalSteps(read, eval_strategy);
  if (logging_strategy === 'steps') {
    refuse(read.logging_steps === 0, "logging strategy 'steps' requires logging_steps other than 0");
    checkWhole('logging_steps', read.logging_steps);
  }
  if (eval_strategy === 'steps') checkWhole('eval_steps', eval_steps!);
  if (save_strategy === 'steps') checkWhole('save_steps', read.save_steps);
  const checked = { ...read, eval_steps, logging_strategy, eval_strategy, save_strategy };
  if (read.load_best_model_at_end && save_strategy !== 'best') checkBestIsSaved(checked);
  const lr_scheduler_type = knownWord(read, 'lr_scheduler_type', SCHEDULERS);
  const scheduler = MEASURING_SCHEDULERS.find((one) => one === lr_scheduler_type);
  refuse(
    scheduler !== undefined && eval_strategy === 'no',
    `lr_scheduler_type '${scheduler}' requires an eval_strategy`,
  );
  const needsMetric = read.load_best_model_at_end || scheduler !== undefined;
  const metric_for_best_model = read.metric_for_best_model ?? (needsMetric ? 'loss' : null);
  const logging_seconds = secondsOf(read, 'logging', logging_strategy);
  const eval_seconds = secondsOf(read, 'eval', eval_strategy);
  const save_seconds = secondsOf(read, 'save', save_strategy);
  refuse(
    read.load_best_model_at_end && save_strategy === 'time' && eval_seconds !== save_seconds,
    `load_best_model_at_end under 'time' requires equal intervals, and finds ${eval_seconds} seconds to evaluate and ` +
      `${save_seconds} to save: the best would hardly ever be saved. Make them equal, or take save_strategy 'best'`,
  );
  const {
    logging_minutes: _,
    eval_minutes: __,
    save_minutes: ___,
    lr_scheduler_type: ____,
    ...kept
  } = checked;
  return {
    ...kept,
    logging_seconds,
    eval_seconds,
    save_seconds,
    metric_for_best_model,
    greater_is_better:
      read.greater_is_better ?? (metric_for_best_model !== null && !metric_for_best_model.endsWith('loss')),
  };
}

/** Python raises a TypeError for a name that is none; ours comes with the nearest one. */
function checkNames(value: unknown, where: string): asserts value is { readonly [name: string]: unknown } {
  try {
    checkKeys(value, [...KNOWN, ...OTHER_ARGUMENTS], where);
  } catch (error) {
    throw isPlainObject(value) ? refusal((error as Error).message, 'TypeError') : error;
  }
}

/** Anything else, of whatever type, is a ValueError in that library. */
function knownWord<const Word extends string>(
  read: Read,
  key: 'logging_strategy' | 'eval_strategy' | 'save_strategy' | 'lr_scheduler_type',
  known: readonly Word[],
): Word {
  try {
    return wordOf(known)(read[key], key);
  } catch (error) {
    throw refusal((error as Error).message);
  }
}

function evalSteps({ eval_steps, logging_steps }: Read, strategy: string): number | null {
  if (strategy !== 'steps' || eval_steps) return eval_steps;
  refuse(!(logging_steps > 0), "eval strategy 'steps' requires eval_steps or logging_steps above 0");
  return logging_steps;
}

function checkWhole(key: string, steps: number): void {
  refuse(steps > 1 && !Number.isInteger(steps), `${key} must be whole above 1, and is ${steps}`);
}

/** The best model can be loaded only where each save has an evaluation. */
function checkBestIsSaved(args: {
  readonly eval_strategy: string;
  readonly save_strategy: string;
  readonly eval_steps: number | null;
  readonly save_steps: number;
}): void {
  const { eval_strategy, save_strategy, save_steps } = args;
  const same = `load_best_model_at_end requires one strategy to evaluate and to save, and finds '${eval_strategy}' and '${save_strategy}'`;
  refuse(eval_strategy !== save_strategy, same);
  const eval_steps = args.eval_steps ?? 0;
  if (eval_strategy !== 'steps' || save_steps % eval_steps === 0) return;
  const bothParts = eval_steps < 1 && save_steps < 1;
  // Parts of all steps are compared as millionths.
  const multiple = bothParts && (save_steps * 1e6) % (eval_steps * 1e6) === 0;
  refuse(!multiple, `save_steps ${save_steps} is not a multiple of eval_steps ${eval_steps}`);
}

function secondsOf(read: Read, action: 'logging' | 'eval' | 'save', strategy: string): number {
  const minutes = read[`${action}_minutes`];
  const seconds = read[`${action}_seconds`];
  if (strategy !== 'time') return 0;
  refuse(
    (minutes === undefined) === (seconds === undefined),
    `strategy 'time' requires either ${action}_minutes or ${action}_seconds`,
  );
  const interval = seconds ?? minutes! * 60;
  refuse(!(interval > 0), `${action}_${seconds === undefined ? 'minutes' : 'seconds'} must be above 0`);
  return interval;
}

function refuse(wrong: boolean, message: string): void {
  if (wrong) throw refusal(message);
}

function refusal(message: string, type = 'ValueError'): TrainerError {
  return new TrainerError('TrainingArguments', type, message);
}
