import { oneOf, optional, readBoolean, readerOf, readOptions } from './read-options.ts';

/** Which model is best, and what follows from it. */
export interface BestOptions {
  /** A metric of the evaluation: `'loss'`, `'accuracy'`. */
  metric: string;
  /**
   * Default: false where the metric's name ends in loss, error, perplexity, entropy, divergence, distance or proximity, or in
   * the word cosine (both of which TensorFlow.js negates), nll, ppl, mse, nmse, rmse, nrmse, msle, rmsle, mae, mape, smape,
   * wmape, wer or cer; else true.
   */
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
export type Best = { readonly [option in keyof BestOptions]-?: Required<BestOptions>[option] };

/** Metrics of which less is better, by how their names end: `val_loss`, `meanSquaredError`. Short ones are words: `val_mse`. */
const LESS_IS_BETTER =
  /(loss|error|perplexity|entropy|divergence|distance|proximity|(?<![a-z])(cosine|nll|ppl|n?r?msl?e|mae|[sw]?mape|wer|cer))$/i;
/** Where `valMSE` has another word. */
const NEXT_WORD = /(?<=[a-z])(?=[A-Z])/g;

const READERS = {
  metric: readerOf<string>("a metric's name, like 'loss'", (name) => typeof name === 'string' && name !== ''),
  greaterIsBetter: optional(readBoolean),
  minDelta: optional(
    readerOf<number>('a number of 0 or more', (delta) => Number.isFinite(delta) && delta >= 0),
    0,
  ),
  load: optional(readBoolean, false),
  beforeSave: oneOf('evaluate', 'wait'),
};

/** @throws {WallclockError} where an option does not hold. */
export function parseBest(value: unknown, where: string): Best {
  const best = readOptions(value, READERS, where);
  const { greaterIsBetter = !LESS_IS_BETTER.test(best.metric.replace(NEXT_WORD, ' ')) } = best;
  return { ...best, greaterIsBetter };
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
