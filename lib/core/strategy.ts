import { type Best, type BestOptions, parseBest } from './best.ts';
import { checkKeys } from './check-keys.ts';
import { checkOneOf } from './check-one-of.ts';
import { type Deadline, type DeadlineOptions, parseDeadline } from './deadline.ts';
import { type Duration, parseDuration } from './duration.ts';
import { WallclockError } from './errors.ts';
import { type Every, type Interval, parseEvery } from './every.ts';
import { type Patience, type PatienceOptions, parsePatience } from './patience.ts';
import { ACTIONS, type ActionName } from './policy.ts';
import { type Keep, type KeepOptions, parseKeep } from './retention.ts';

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
  log?: Every;
  /** How often the model is measured on the validation data. Default: never. */
  evaluate?: Every;
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
  readonly intervals: { readonly [action in ActionName]?: Interval };
  readonly maxTime: number;
  readonly maxTimeThisRun: number;
  readonly maxSteps: number;
  readonly maxEpochs: number;
  readonly deadline: Deadline;
  readonly best?: Best;
  readonly patience?: Patience;
  readonly final: { readonly [action in ActionName]: boolean };
  readonly keep: Keep;
  readonly onFailure: 'continue' | 'stop';
  readonly onResume: 'continue' | 'restart';
}

const KEYS = [
  'log',
  'evaluate',
  'save',
  'maxTime',
  'maxTimeThisRun',
  'maxSteps',
  'maxEpochs',
  'deadline',
  'best',
  'patience',
  'final',
  'keep',
  'onFailure',
  'onResume',
] as const satisfies readonly (keyof StrategyOptions)[];

/**
 * Checks a strategy, once and whole, before anything has started.
 *
 * @param options as {@link StrategyOptions}, from code or from a file: anything may come, nothing is assumed.
 * @param where names the strategy in messages. Default `'strategy'`.
 * @throws {WallclockError} at the first option that does not hold.
 */
export function parseStrategy(options: unknown, where = 'strategy'): Strategy {
  checkKeys(options, KEYS, where);
  const intervals: { [action in ActionName]?: Interval } = {};
  for (const action of ACTIONS) {
    if (options[action] === undefined) continue;
    intervals[action] = parseEvery(options[action], `${where}.${action}`);
    checkMeasured(intervals[action], action, `${where}.${action}`);
  }
  const { onFailure = 'continue', onResume = 'continue' } = options;
  checkOneOf(onFailure, ['continue', 'stop'], `${where}.onFailure`);
  checkOneOf(onResume, ['continue', 'restart'], `${where}.onResume`);
  const best = options.best === undefined ? undefined : parseBest(options.best, `${where}.best`);
  const patience =
    options.patience === undefined ? undefined : parsePatience(options.patience, `${where}.patience`);
  const keep = parseKeep(options.keep, `${where}.keep`);
  if (patience) needsBest(best, options.patience, `${where}.patience`);
  if (keep.best !== undefined) needsBest(best, keep.best, `${where}.keep.best`);
  if (best && !intervals.evaluate && !intervals.save) {
    const expected = 'an interval for evaluate or save, because nothing else measures which model is best';
    throw new WallclockError({ where: `${where}.best`, expected, got: 'neither' });
  }
  if (best?.beforeSave === 'wait' && !intervals.evaluate) {
    const expected = "'evaluate', because there is no interval for evaluations to wait for";
    throw new WallclockError({ where: `${where}.best.beforeSave`, expected, got: best.beforeSave });
  }
  return {
    intervals,
    maxTime: parseTime(options.maxTime, `${where}.maxTime`),
    maxTimeThisRun: parseTime(options.maxTimeThisRun, `${where}.maxTimeThisRun`),
    maxSteps: parseLimit(options.maxSteps, `${where}.maxSteps`),
    maxEpochs: parseLimit(options.maxEpochs, `${where}.maxEpochs`),
    deadline: parseDeadline(options.deadline, `${where}.deadline`),
    ...(best && { best }),
    ...(patience && { patience }),
    final: parseFinal(options.final, configured(intervals, best), `${where}.final`),
    keep,
    onFailure,
    onResume,
  };
}

/** The actions that a strategy may ask for before the run's end. A save that waits for a fresh metric evaluates. */
function configured(intervals: Strategy['intervals'], best: Best | undefined): ReadonlySet<ActionName> {
  const actions = ACTIONS.filter((action) => intervals[action] !== undefined);
  return new Set(best ? [...actions, 'evaluate'] : actions);
}

/** What is measured on the way is measured of actions that take time. */
function checkMeasured({ arms }: Interval, action: ActionName, where: string): void {
  for (const { kind, text } of arms.flatMap((arm) => arm.terms)) {
    const refused = kind === 'auto' ? action !== 'save' : kind === 'overhead' && action === 'log';
    if (!refused) continue;
    const expected = `a duration, steps or epochs for '${action}'`;
    throw new WallclockError({ where, expected, got: text });
  }
}

function needsBest(best: Best | undefined, got: unknown, where: string): void {
  if (best) return;
  throw new WallclockError({
    where,
    expected: 'strategy.best beside it, to know what is better',
    got,
    fix: "Write it like best: { metric: 'loss' }.",
  });
}

function parseTime(value: unknown, where: string): number {
  return value === undefined ? Number.POSITIVE_INFINITY : parseDuration(value, where);
}

function parseLimit(value: unknown, where: string): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new WallclockError({ where, expected: 'a whole number of at least 1', got: value });
}

function parseFinal(value: unknown, actions: ReadonlySet<ActionName>, where: string): Strategy['final'] {
  const given = value === undefined ? {} : value;
  checkKeys(given, ACTIONS, where);
  const final = { log: false, evaluate: false, save: false };
  for (const action of ACTIONS) {
    const { [action]: wanted = actions.has(action) } = given;
    if (typeof wanted !== 'boolean') {
      throw new WallclockError({ where: `${where}.${action}`, expected: 'true or false', got: wanted });
    }
    final[action] = wanted;
  }
  return final;
}
