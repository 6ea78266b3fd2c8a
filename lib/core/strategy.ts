import { checkKeys } from './check-keys.ts';
import { type Duration, parseDuration } from './duration.ts';
import { WallclockError } from './errors.ts';
import { type Every, type Interval, parseEvery } from './every.ts';
import { ACTIONS, type ActionName } from './policy.ts';

/**
 * What a training run is to do, and when. Plain JSON; every key may be left out.
 *
 * @example
 * ```ts
 * const strategy: StrategyOptions = { log: '1s', evaluate: '30s', save: '5m', maxTime: '1h' };
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
  /** Stops after this many steps. Default: no limit. */
  maxSteps?: number;
  /** Stops after this many epochs. Default: no limit. */
  maxEpochs?: number;
  /** Which actions a run ends with, where its last step lacks them. Default: each action that has an interval. */
  final?: { readonly [action in ActionName]?: boolean };
  /** Which checkpoints are kept. Default: all. */
  keep?: KeepOptions;
}

export interface KeepOptions {
  /** The newest so many, at least 1. */
  latest?: number;
}

/** A checked strategy. */
export interface Strategy {
  readonly intervals: { readonly [action in ActionName]?: Interval };
  /** Milliseconds of active time; Infinity where there is no limit. */
  readonly maxTime: number;
  readonly maxSteps: number;
  readonly maxEpochs: number;
  readonly final: { readonly [action in ActionName]: boolean };
  readonly keep: KeepOptions;
}

const KEYS = ['log', 'evaluate', 'save', 'maxTime', 'maxSteps', 'maxEpochs', 'final', 'keep'] as const;

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
    if (options[action] !== undefined) intervals[action] = parseEvery(options[action], `${where}.${action}`);
  }
  const { maxTime, maxSteps, maxEpochs } = options;
  return {
    intervals,
    maxTime: maxTime === undefined ? Number.POSITIVE_INFINITY : parseDuration(maxTime, `${where}.maxTime`),
    maxSteps: parseLimit(maxSteps, `${where}.maxSteps`),
    maxEpochs: parseLimit(maxEpochs, `${where}.maxEpochs`),
    final: parseFinal(options.final, intervals, `${where}.final`),
    keep: parseKeep(options.keep, `${where}.keep`),
  };
}

function parseLimit(value: unknown, where: string): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  checkCount(value, where);
  return value;
}

function checkCount(value: unknown, where: string): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= 1) return;
  throw new WallclockError({ where, expected: 'a whole number of at least 1', got: value });
}

function parseFinal(value: unknown, intervals: Strategy['intervals'], where: string): Strategy['final'] {
  const given = value === undefined ? {} : value;
  checkKeys(given, ACTIONS, where);
  const final = { log: false, evaluate: false, save: false };
  for (const action of ACTIONS) {
    const { [action]: wanted = intervals[action] !== undefined } = given;
    if (typeof wanted !== 'boolean') {
      throw new WallclockError({ where: `${where}.${action}`, expected: 'true or false', got: wanted });
    }
    final[action] = wanted;
  }
  return final;
}

function parseKeep(value: unknown, where: string): KeepOptions {
  if (value === undefined) return {};
  checkKeys(value, ['latest'], where);
  if (value.latest === undefined) return {};
  checkCount(value.latest, `${where}.latest`);
  return { latest: value.latest };
}
