import { hasRule, type Keep, type Kept, retain } from '../core/retention.ts';

interface PlannedCheckpoint extends Kept {
  readonly step: number;
}

/**
 * What retention leaves of a run's checkpoints. Each rule has a window of what it may still keep, so that a save costs
 * the same however many there have been: a plan may hold a hundred thousand.
 */
export class PlannedCheckpoints {
  readonly #keep: Keep;
  readonly #greaterIsBetter: boolean | undefined;
  readonly #latest: PlannedCheckpoint[] = [];
  readonly #every: PlannedCheckpoint[] = [];
  #best: readonly PlannedCheckpoint[] = [];
  #newest: PlannedCheckpoint | undefined;

  /** @param best how metrics compare, where a best is tracked: then the best one is always kept. */
  constructor(keep: Keep, best?: { readonly greaterIsBetter: boolean }) {
    const isRuled = hasRule(keep);
    this.#keep = isRuled ? keep : { latest: Number.POSITIVE_INFINITY };
    this.#greaterIsBetter = isRuled ? best?.greaterIsBetter : undefined;
  }

  /** Takes one that has just been written. @returns whether it is kept. */
  add(checkpoint: PlannedCheckpoint): boolean {
    this.#newest = checkpoint;
    const rules = [this.#isLatest(checkpoint), this.#isEvery(checkpoint), this.#isBest(checkpoint)];
    return rules.includes(true) || this.#isEmpty;
  }

  /** Names of those that are kept, by step. Never none, once there has been one. */
  get names(): readonly string[] {
    if (this.#isEmpty) return this.#newest ? [this.#newest.name] : [];
    const kept = new Set([...this.#latest, ...this.#every, ...this.#best]);
    return [...kept].sort((a, b) => a.step - b.step).map(({ name }) => name);
  }

  get #isEmpty(): boolean {
    return this.#latest.length + this.#every.length + this.#best.length === 0;
  }

  #isLatest(checkpoint: PlannedCheckpoint): boolean {
    const { latest } = this.#keep;
    if (latest === undefined) return false;
    this.#latest.push(checkpoint);
    if (this.#latest.length > latest) this.#latest.shift();
    return true;
  }

  /** The last that this rule kept decides about the next. */
  #isEvery(checkpoint: PlannedCheckpoint): boolean {
    const { every } = this.#keep;
    if (every === undefined) return false;
    const kept = retain([...this.#every.slice(-1), checkpoint], { every }).at(-1)!.length > 0;
    if (kept) this.#every.push(checkpoint);
    return kept;
  }

  #isBest(checkpoint: PlannedCheckpoint): boolean {
    const { best = 1 } = this.#keep;
    if (this.#greaterIsBetter === undefined || checkpoint.metric === undefined) return false;
    const window = [...this.#best, checkpoint];
    const rules = retain(window, { best }, this.#greaterIsBetter);
    this.#best = window.filter((_, index) => rules[index]!.length > 0);
    return this.#best.includes(checkpoint);
  }
}
