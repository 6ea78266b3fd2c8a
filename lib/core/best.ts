import { checkKeys } from './check-keys.ts';
import { checkOneOf } from './check-one-of.ts';
import { WallclockError } from './errors.ts';

/** Which model is best, and what follows from it. */
export interface BestOptions {
  /** A metric of the evaluation: `'loss'`, `'accuracy'`. */
  metric: string;
  /** Default: false for losses, errors and the like by their names, else true. */
  greaterIsBetter?: boolean;
  /** By how much a metric must be better for patience to start anew. Default 0. */
  minDelta?: number;
  /** Whether the best model is loaded at the end of the run. Default false. */
  load?: boolean;
  /**
   * What a save does that is due at a step without an evaluation: evaluate first (`'evaluate'`, the default), or wait
   * for the next evaluation.
   */
  beforeSave?: 'evaluate' | 'wait';
}

/** A checked {@link BestOptions}. */
export type Best = Required<BestOptions>;

/** Metrics of which less is better, by how their names end: `val_loss`, `meanSquaredError`, `mse`. */
const LESS_IS_BETTER = /(loss|error|perplexity|entropy|divergence|distance|mse|rmse|mae|mape|wer|cer)$/i;

/** @throws {WallclockError} where an option does not hold. */
export function parseBest(value: unknown, where: string): Best {
  checkKeys(value, ['metric', 'greaterIsBetter', 'minDelta', 'load', 'beforeSave'], where);
  const { metric, minDelta = 0, load = false, beforeSave = 'evaluate' } = value;
  if (typeof metric !== 'string' || metric === '') {
    throw new WallclockError({
      where: `${where}.metric`,
      expected: "a metric's name, like 'loss'",
      got: metric,
    });
  }
  const { greaterIsBetter = !LESS_IS_BETTER.test(metric) } = value;
  checkBoolean(greaterIsBetter, `${where}.greaterIsBetter`);
  checkBoolean(load, `${where}.load`);
  if (!Number.isFinite(minDelta) || (minDelta as number) < 0) {
    throw new WallclockError({
      where: `${where}.minDelta`,
      expected: 'a number of 0 or more',
      got: minDelta,
    });
  }
  checkOneOf(beforeSave, ['evaluate', 'wait'], `${where}.beforeSave`);
  return { metric, greaterIsBetter, minDelta: minDelta as number, load, beforeSave };
}

function checkBoolean(value: unknown, where: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw new WallclockError({ where, expected: 'true or false', got: value });
}

/**
 * Whether a metric is better than the best so far by more than `by`. What is not finite is never better; any number is
 * better than nothing.
 */
export function isBetter(
  { greaterIsBetter }: Pick<Best, 'greaterIsBetter'>,
  value: number,
  than: number | undefined,
  by = 0,
): boolean {
  if (!Number.isFinite(value)) return false;
  if (than === undefined) return true;
  return greaterIsBetter ? value > than + by : value < than - by;
}
