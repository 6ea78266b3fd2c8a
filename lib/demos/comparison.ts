import type { StrategyOptions } from '../core/strategy.ts';

/**
 * One model on several machines under several strategies, to be run side by side. Data only: the figure in a post, the
 * recordings and the tests use the same one. The recordings are `recording-<strategy>-<machine>.jsonl`.
 */
export interface Comparison {
  /** A column for each. */
  readonly machines: readonly {
    readonly id: string;
    readonly title: string;
    /** Milliseconds that a step takes at least. */
    readonly minimumStepTime: number;
  }[];
  /** A row for each. */
  readonly strategies: readonly {
    readonly id: string;
    readonly title: string;
    readonly strategy: StrategyOptions;
  }[];
}
