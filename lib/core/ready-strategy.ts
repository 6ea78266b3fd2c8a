import type { Best } from './best.ts';
import { describeStrategy } from './describe-strategy.ts';
import type { Patience } from './patience.ts';
import type { Policy, PolicyDescription } from './policy.ts';
import type { RunSize } from './resolve-parts.ts';
import type { Keep } from './retention.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { strategyPolicy } from './strategy-policy.ts';

/**
 * A strategy that has been checked, with the policy that decides by it: of intervals, a replay, or another system's.
 * Whatever takes a strategy takes one of these as well.
 */
export interface ReadyStrategy {
  /** Which checkpoints are kept. */
  readonly keep: Keep;
  /** How metrics compare, where a best is tracked. */
  readonly best?: Best | undefined;
  /** How long it waits for something better, where it does. */
  readonly patience?: Patience | undefined;
  /** Whether it ends the run by itself. */
  readonly bounded: boolean;
  /** What it tells of itself when the run begins. */
  readonly description: PolicyDescription;
  /**
   * What decides.
   *
   * @throws {WallclockError} where an interval is a part of a run whose size is not known.
   */
  policy(size?: RunSize): Policy;
}

/** Whether a strategy has been checked already. */
function isReady(strategy: StrategyOptions | ReadyStrategy): strategy is ReadyStrategy {
  return typeof (strategy as Partial<ReadyStrategy> | null)?.policy === 'function';
}

/** What decides by a strategy, for whoever needs no more of it. @throws {WallclockError} where it does not hold. */
export function policyOf(strategy: StrategyOptions | ReadyStrategy, size: RunSize): Policy {
  return isReady(strategy)
    ? strategy.policy(size)
    : (strategyPolicy(parseStrategy(strategy), size) as Policy);
}

/**
 * Checks a strategy of intervals, where it is not ready yet.
 *
 * @throws {WallclockError} at the first option that does not hold.
 * @example
 * ```ts
 * readyStrategy({ log: '1s', maxTime: '1h' }).bounded; // true
 * ```
 */
export function readyStrategy(options: StrategyOptions | ReadyStrategy, where = 'strategy'): ReadyStrategy {
  if (isReady(options)) return options;
  const strategy = parseStrategy(options, where);
  const { keep, best, patience, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline } = strategy;
  const limits = [maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline.after];
  return {
    keep,
    best,
    patience,
    bounded: limits.some(Number.isFinite),
    description: describeStrategy(strategy),
    policy: (size) => strategyPolicy(strategy, size) as Policy,
  };
}
