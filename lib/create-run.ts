import type { Clock } from './core/clock.ts';
import { WallclockError } from './core/errors.ts';
import { ACTIONS, type Policy } from './core/policy.ts';
import { type Actions, Run, type RunOptions } from './core/run.ts';
import { parseStrategy, type Strategy, type StrategyOptions } from './core/strategy.ts';
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
  const checked = parseStrategy(strategy);
  checkFinal(checked, options.actions);
  return new Run({ ...options, policy: strategyPolicy(checked) as Policy, clock });
}

/** A run checks the actions that have an interval; what is done at the end alone has none. */
function checkFinal({ final, intervals }: Strategy, actions: Actions): void {
  for (const action of ACTIONS) {
    if (!final[action] || intervals[action] || actions[action]) continue;
    throw new WallclockError({
      where: `actions.${action}`,
      expected: `a function, because the strategy ends with '${action}'`,
      got: actions[action],
      fix: `Say how this loop does it, or leave '${action}' out of the strategy.`,
    });
  }
}
