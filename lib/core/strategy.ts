import { type Best, type BestOptions, parseBest } from './best.ts';
import { type Deadline, type DeadlineOptions, parseDeadline } from './deadline.ts';
import { type Duration, parseDuration } from './duration.ts';
import { demand } from './errors.ts';
import { type EvaluateText, type Every, type Interval, type LogText, parseEvery } from './every.ts';
import { type Patience, type PatienceOptions, parsePatience } from './patience.ts';
import type { ActionName } from './policy.ts';
import { oneOf, optional, type Reader, readBoolean, readCount, readOptions } from './read-options.ts';
import { KEEP_ALL, type Keep, type KeepOptions, parseKeep } from './retention.ts';

/**
 * What a training run is to do, and when. Plain JSON; every key may be left out.
 *
 * @example
 * ```ts
 * const strategy: StrategyOptions = {
 *   log: '1s',
 *   evaluate: '30s or 1 epoch',
 *   save: { every: '5m', anchor: 'grid' },
 *   best: { metric: 'loss' },
 *   patience: '20m',
 *   maxTime: '2h',
 *   keep: { latest: 3, best: 1 },
 * };
 * ```
 */
export interface StrategyOptions {
  /** How often the loss is read back and reported. Default: never. */
  log?: Every<LogText>;
  /** How often the model is measured on the validation data. Default: never. */
  evaluate?: Every<EvaluateText>;
  /** How often a checkpoint is written. Default: never. */
  save?: Every;
  /** Stops at the first step that ends at or after this much active time, over all runs together. Default: no limit. */
  maxTime?: Duration;
  /** The same for this run alone: a resumed one has it anew. Default: no limit. */
  maxTimeThisRun?: Duration;
  /** Stops after this many steps, over all runs together. Default: no limit. */
  maxSteps?: number;
  /** Stops after this many epochs, over all runs together. Default: no limit. */
  maxEpochs?: number;
  /**
   * How long this run may last by the wall, the final actions included: it stops early enough for them. Default: no
   * limit.
   */
  deadline?: Duration | DeadlineOptions;
  /** Which model is best. A save that is due evaluates first, and a new best is saved. Default: none is tracked. */
  best?: BestOptions;
  /** Stops when the best has not become better for so long. Needs `best`. Default: never. */
  patience?: PatienceOptions;
  /** Which actions a run ends with, where its last step lacks them. Default: each action that is configured. */
  final?: { readonly [action in ActionName]?: boolean };
  /** Which checkpoints are kept. Default: all. */
  keep?: KeepOptions;
  /** Whether training goes on after an action has failed (`'continue'`, the default; it is tried again) or stops. */
  onFailure?: 'continue' | 'stop';
  /** Whether a resumed run goes on with its intervals (`'continue'`, the default) or begins them anew. */
  onResume?: 'continue' | 'restart';
}

/** A checked strategy. Times are milliseconds; what has no limit is Infinity. */
export interface Strategy {
  /** Of each action that has one. */
  readonly intervals: Intervals;
  /** Milliseconds of active time, over all runs together. */
  readonly maxTime: number;
  /** Milliseconds of active time, for each run anew. */
  readonly maxTimeThisRun: number;
  /** Over all runs together. */
  readonly maxSteps: number;
  /** Over all runs together. */
  readonly maxEpochs: number;
  /** By the wall. */
  readonly deadline: Deadline;
  /** How metrics compare, where a best is tracked. */
  readonly best: Best | undefined;
  /** How long something better is waited for. */
  readonly patience: Patience | undefined;
  /** Which actions a run ends with. */
  readonly final: { readonly [action in ActionName]: boolean };
  /** Which checkpoints are kept. */
  readonly keep: Keep;
  /** What a failure comes to. */
  readonly onFailure: 'continue' | 'stop';
  /** What a resumed run does with its intervals. */
  readonly onResume: 'continue' | 'restart';
}

/** The interval of each action that has one. */
export type Intervals = { readonly [action in ActionName]?: Interval };

const NONE = Number.POSITIVE_INFINITY;

const FINAL_READERS = {
  log: optional(readBoolean),
  evaluate: optional(readBoolean),
  save: optional(readBoolean),
};
const READERS = {
  log: optional(intervalOf('log')),
  evaluate: optional(intervalOf('evaluate')),
  save: optional(intervalOf('save')),
  maxTime: optional(parseDuration, NONE),
  maxTimeThisRun: optional(parseDuration, NONE),
  maxSteps: optional(readCount, NONE),
  maxEpochs: optional(readCount, NONE),
  deadline: optional(parseDeadline, { after: NONE, reserve: 0 }),
  best: optional(parseBest),
  patience: optional(parsePatience),
  final: (value = {}, where) => readOptions(value, FINAL_READERS, where),
  keep: optional(parseKeep, KEEP_ALL),
  onFailure: oneOf('continue', 'stop'),
  onResume: oneOf('continue', 'restart'),
} satisfies { readonly [option in keyof StrategyOptions]-?: Reader<unknown> };

/**
 * Checks a strategy, once and whole, before anything has started.
 *
 * @param options as {@link StrategyOptions}, from code or from a file: anything may come, nothing is assumed.
 * @param where names the strategy in messages. Default `'strategy'`.
 * @throws {WallclockError} at the first option that does not hold, or does not go with the others.
 * @example
 * ```ts
 * parseStrategy({ save: '5m', maxTime: '1h' }).maxTime; // 3_600_000
 * ```
 */
export function parseStrategy(options: unknown, where = 'strategy'): Strategy {
  const { log, evaluate, save, final, ...others } = readOptions(options, READERS, where);
  const { best, patience, keep } = others;
  const intervals: Intervals = { ...(log && { log }), ...(evaluate && { evaluate }), ...(save && { save }) };
  const goes = (holds: unknown, option: string, expected: string, got: unknown, fix = 'Remove it.') =>
    demand(holds, `${where}.${option}`, expected, got, fix);
  const example = "Write it like best: { metric: 'loss' }.";
  goes(
    best || !(patience || keep.best),
    'best',
    'a metric, for patience or to keep the best',
    'none',
    example,
  );
  if (best) {
    const { beforeSave, minDelta, load } = best;
    goes(evaluate || save, 'best', 'nothing without an interval for evaluate or save', best.metric);
    goes(
      evaluate || beforeSave !== 'wait',
      'best.beforeSave',
      'nothing without an interval for evaluate',
      beforeSave,
    );
    goes(patience || !minDelta, 'best.minDelta', 'nothing without patience', minDelta);
    goes(save || !load, 'best.load', 'nothing without an interval for save', load);
  }
  const saves = final.save ?? save !== undefined;
  return {
    ...others,
    intervals,
    final: {
      log: final.log ?? log !== undefined,
      // A save that needs a fresh metric evaluates, with an interval for it or without: the last one, too.
      evaluate: final.evaluate ?? (evaluate !== undefined || (best !== undefined && saves)),
      save: saves,
    },
  };
}

/** Reads the interval of an action. */
function intervalOf(action: ActionName): Reader<Interval> {
  return (value, where) => parseEvery(value, where, action);
}
