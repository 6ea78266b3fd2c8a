import { checkKeys } from './core/check-keys.ts';
import type { Clock } from './core/clock.ts';
import { WallclockError } from './core/errors.ts';
import { optional, readCount } from './core/read-options.ts';
import { type ReadyStrategy, readyStrategy } from './core/ready-strategy.ts';
import { Run, type RunOptions } from './core/run.ts';
import type { StrategyOptions } from './core/strategy.ts';
import { systemClock } from './system-clock.ts';

/** What a run of a loop of one's own is made of. */
export interface CreateRunOptions extends Omit<RunOptions<unknown>, 'policy' | 'clock'> {
  /** When to log, evaluate, save and stop: intervals, a replay, or a policy of your own. */
  strategy: StrategyOptions | ReadyStrategy;
  /** Steps that the loop will take, where it is known. Default: unknown. It makes `'10%'` a number of steps. */
  steps?: number;
  /** Default: the machine's own clock. */
  clock?: Clock;
}

/** Every option: the compiler says where one is missing. */
const OPTIONS: { readonly [option in keyof CreateRunOptions]-?: true } = {
  ...{ strategy: true, steps: true, stepsPerEpoch: true, actions: true, journal: true, onEvent: true },
  ...{ clock: true, name: true, resume: true, agreement: true },
};

/**
 * A run for any loop, with TensorFlow.js or without: tell it of each step, and it logs, evaluates and saves by time.
 *
 * @throws {WallclockError} where the strategy does not hold, or asks for an action that `actions` lacks. Nothing has
 *   started then.
 * @example
 * ```ts
 * let loss = 1;
 * const run = createRun({
 *   strategy: { log: '1s', maxTime: '1m' },
 *   actions: { log: () => ({ loss }) },
 *   onEvent: console.log,
 * });
 * await run.begin();
 * while (!run.stopped) {
 *   loss *= 0.99; // one step of training
 *   await run.step();
 * }
 * const { reason } = await run.end();
 * console.log(reason); // 'time'
 * ```
 */
export function createRun(options: CreateRunOptions): Run {
  const where = 'createRun()';
  checkKeys(options, Object.keys(OPTIONS), where);
  const { strategy, steps, clock = systemClock, actions = {}, ...others } = options;
  const check = (holds: boolean, option: keyof CreateRunOptions, expected: string) => {
    if (!holds) throw new WallclockError({ where: `${where}: ${option}`, expected, got: options[option] });
  };
  const { onEvent = () => {}, name = '' } = others;
  check(typeof actions === 'object' && actions !== null, 'actions', 'an object with a function for each');
  check(typeof onEvent === 'function', 'onEvent', 'a function');
  check(typeof name === 'string', 'name', 'a text');
  const ticks = typeof clock?.now === 'function' && typeof clock.wall === 'function';
  check(ticks, 'clock', 'a clock with the functions now() and wall()');
  for (const count of ['steps', 'stepsPerEpoch'] as const) {
    optional(readCount)(options[count], `${where}: ${count}`);
  }
  const { stepsPerEpoch } = others;
  const size = {
    ...(steps !== undefined && { steps }),
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
  };
  return new Run({ ...others, actions, policy: readyStrategy(strategy).policy(size), clock });
}
