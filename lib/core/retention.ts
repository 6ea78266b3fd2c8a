import { type Duration, parseDuration } from './duration.ts';
import { isReached } from './reached.ts';
import { optional, readCount, readOptions } from './read-options.ts';

/** Which checkpoints are kept: those that any of the rules keeps. The best one is always kept where it is tracked. */
export interface KeepOptions {
  /** The newest so many, at least 1. */
  latest?: number;
  /** So many of the best, at least 1. Needs `best` in the strategy. */
  best?: number;
  /** The oldest one, and each next one at least so much elapsed time after the last that this rule kept. */
  every?: Duration;
}

/** Checked {@link KeepOptions}; `every` is in milliseconds. */
export interface Keep {
  /** The newest so many. */
  readonly latest?: number | undefined;
  /** So many of the best. */
  readonly best?: number | undefined;
  /** Milliseconds of elapsed time between two. */
  readonly every?: number | undefined;
}

/** Without rules, all are kept. */
export const KEEP_ALL: Keep = {};

/** What the rules need to know of a checkpoint. */
export interface Kept {
  /** Of the checkpoint. */
  readonly name: string;
  /** Milliseconds since the run began, by the wall. */
  readonly elapsed: number;
  /** The tracked metric, where its step had an evaluation. */
  readonly metric?: number;
}

const READERS = {
  latest: optional(readCount),
  best: optional(readCount),
  every: optional(parseDuration),
};

/** @throws {WallclockError} where a rule does not hold. */
export function parseKeep(value: unknown, where: string): Keep {
  return readOptions(value, READERS, where);
}

/** Whether anything may go. */
export function hasRule(keep: Keep): boolean {
  return Object.values(keep).some((rule) => rule !== undefined);
}

/** By which rules each checkpoint is kept. Those with none may go. */
export type Rule = 'latest' | 'best' | 'every';

/**
 * Applies the rules to a run's checkpoints, as it is done after every save. Pure. Without a rule, all are kept.
 *
 * @param checkpoints oldest first.
 * @param greaterIsBetter how metrics compare, where a best is tracked: then the best one is kept whatever the rules say.
 * @returns the rules for each, in the same order.
 * @example
 * ```ts
 * const checkpoints = [10, 20, 30].map((step) => ({ name: `checkpoint-${step}`, elapsed: step * 1000 }));
 * retain(checkpoints, { latest: 1, every: 20_000 }); // [['every'], [], ['latest', 'every']]
 * ```
 */
export function retain(
  checkpoints: readonly Kept[],
  keep: Keep,
  greaterIsBetter?: boolean,
): readonly (readonly Rule[])[] {
  const { latest, best = greaterIsBetter === undefined ? 0 : 1, every } = keep;
  if (!hasRule(keep)) return checkpoints.map(() => ['latest']);
  const bestOnes = new Set(
    checkpoints
      .map((checkpoint, index) => ({ ...checkpoint, index }))
      .filter(({ metric }) => Number.isFinite(metric))
      // Of two that are equal, the older one was a new best.
      .sort((a, b) => (greaterIsBetter ? b.metric! - a.metric! : a.metric! - b.metric!) || a.index - b.index)
      .slice(0, best)
      .map(({ index }) => index),
  );
  const spread = spreadOut(checkpoints, every);
  return checkpoints.map((_, index) => [
    ...(latest !== undefined && index >= checkpoints.length - latest ? (['latest'] as const) : []),
    ...(bestOnes.has(index) ? (['best'] as const) : []),
    ...(spread.has(index) ? (['every'] as const) : []),
  ]);
}

/** A run's checkpoints, as its rules have left them. */
export class Retention {
  readonly #keep: Keep;
  readonly #greaterIsBetter: boolean | undefined;
  #kept: readonly Kept[];

  /** @param kept those that are there already, oldest first. */
  constructor(keep: Keep, best?: { readonly greaterIsBetter: boolean }, kept: readonly Kept[] = []) {
    this.#keep = keep;
    this.#greaterIsBetter = best?.greaterIsBetter;
    this.#kept = kept;
  }

  /** Those that are kept, oldest first. */
  get checkpoints(): readonly Kept[] {
    return this.#kept;
  }

  /** Takes one that has just been written, in place of an older one of its name. */
  add(checkpoint: Kept): void {
    this.#kept = [...this.#kept.filter(({ name }) => name !== checkpoint.name), checkpoint];
  }

  /** Names of those that no rule keeps, oldest first. Never all of them. */
  surplus(): readonly string[] {
    const rules = retain(this.#kept, this.#keep, this.#greaterIsBetter);
    const gone = this.#kept.filter((_, index) => rules[index]!.length === 0).map(({ name }) => name);
    return gone.length < this.#kept.length ? gone : gone.slice(0, -1);
  }

  /** Those that have been deleted. */
  remove(names: readonly string[]): void {
    this.#kept = this.#kept.filter(({ name }) => !names.includes(name));
  }
}

function spreadOut(checkpoints: readonly Kept[], every: number | undefined): ReadonlySet<number> {
  const kept = new Set<number>();
  let last: number | undefined;
  for (const [index, { elapsed }] of checkpoints.entries()) {
    if (every === undefined || (last !== undefined && !isReached(elapsed, last + every))) continue;
    kept.add(index);
    last = elapsed;
  }
  return kept;
}
