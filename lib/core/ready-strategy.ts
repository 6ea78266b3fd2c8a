import type { Best } from './best.ts';
import type { Policy, PolicyDescription } from './policy.ts';
import { parseReplay, type ReplayOptions, replayPolicy } from './replay.ts';
import type { RunSize } from './resolve-parts.ts';
import type { Keep } from './retention.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';
import { describeStrategy, strategyPolicy } from './strategy-policy.ts';

/** A strategy of either kind, checked, for whoever carries it out. */
export interface ReadyStrategy {
  readonly keep: Keep;
  readonly best?: Best;
  /** Whether it ends the run by itself. */
  readonly bounded: boolean;
  readonly description: PolicyDescription;
  /**
   * What decides.
   *
   * @throws {WallclockError} where an interval is a part of a run whose size is not known.
   */
  policy(size?: RunSize): Policy;
}

/**
 * Checks a strategy of intervals or a replay.
 *
 * @throws {WallclockError} at the first option that does not hold.
 */
export function readyStrategy(options: StrategyOptions | ReplayOptions, where = 'strategy'): ReadyStrategy {
  if (typeof options === 'object' && options !== null && 'replay' in options) {
    const replay = parseReplay(options, where);
    const policy = replayPolicy(replay) as Policy;
    return {
      keep: replay.keep,
      bounded: replay.journal.end.reason !== 'finished',
      description: policy.describe(),
      policy: () => policy,
    };
  }
  const strategy = parseStrategy(options, where);
  const { keep, best, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline } = strategy;
  const limits = [maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline.after];
  return {
    keep,
    ...(best && { best }),
    bounded: limits.some(Number.isFinite),
    description: describeStrategy(strategy),
    policy: (size) => strategyPolicy(strategy, size) as Policy,
  };
}
