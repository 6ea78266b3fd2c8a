import type { Clock } from './core/clock.ts';
import type { Policy } from './core/policy.ts';
import { Run, type RunOptions } from './core/run.ts';
import { parseStrategy, type StrategyOptions } from './core/strategy.ts';
import { strategyPolicy } from './core/strategy-policy.ts';
import { systemClock } from './system-clock.ts';

export interface CreateRunOptions extends Omit<RunOptions<unknown>, 'policy' | 'clock'> {
  /** When to log, evaluate, save and stop. */
  strategy: StrategyOptions;
  /** Default: the machine's own clock. */
  clock?: Clock;
}

/**
 * A run for any loop, with TensorFlow.js or without: tell it of each step, and it logs, evaluates and saves by time.
 *
 * @throws {WallclockError} where the strategy does not hold, or asks for an action that `actions` lacks. Nothing has
 *   started then.
 * @example
 * ```ts
 * const run = createRun({
 *   strategy: { log: '1s', maxTime: '1m' },
 *   actions: { log: () => ({ loss }) },
 *   onEvent: console.log,
 * });
 * run.begin();
 * while (!run.stopped) {
 *   loss = trainOneStep();
 *   await run.step();
 * }
 * const { reason } = await run.end();
 * ```
 */
export function createRun({ strategy, clock = systemClock, ...options }: CreateRunOptions): Run {
  const policy = strategyPolicy(parseStrategy(strategy)) as Policy;
  return new Run({ ...options, policy, clock });
}
