import type { Clock } from './core/clock.ts';
import { asItIs, optional, type Reader, readCount, readerOf, readOptions } from './core/read-options.ts';
import { policyOf, type ReadyStrategy } from './core/ready-strategy.ts';
import { Run } from './core/run.ts';
import type { RunOptions } from './core/run-options.ts';
import type { StrategyOptions } from './core/strategy.ts';
import { nextTask } from './next-task.ts';
import { systemClock } from './system-clock.ts';

/** What a run of a loop of one's own is made of. */
export interface CreateRunOptions extends Omit<RunOptions<unknown>, 'policy' | 'clock' | 'turn'> {
  /** When to log, evaluate, save and stop: intervals, a replay, or a policy of your own. */
  strategy: StrategyOptions | ReadyStrategy;
  /** Steps that the loop will take, where it is known. Default: unknown. It makes `'10%'` a number of steps. */
  steps?: number;
  /** Default: the machine's own clock. */
  clock?: Clock;
  /**
   * Lets timers, messages and whatever else waits have their turn: between two steps, 20 times a second. Default: a task of
   * the event loop; none with a clock of your own.
   */
  turn?: () => Promise<void>;
}

const FUNCTION = readerOf<(...given: never[]) => unknown>(
  'a function',
  (value) => typeof value === 'function',
);

/** Every option: the compiler says where one is missing. */
const READERS = {
  ...{ strategy: asItIs, steps: optional(readCount), stepsPerEpoch: optional(readCount) },
  actions: optional(
    readerOf<object | null>(
      'an object with a function for each',
      (actions) => typeof actions === 'object' && actions !== null,
    ),
  ),
  ...{ onEvent: optional(FUNCTION), turn: optional(FUNCTION) },
  name: optional(readerOf('a text', (name) => typeof name === 'string')),
  clock: optional(
    readerOf<Clock | null>(
      'a clock with the functions now() and wall()',
      (clock) => typeof clock?.now === 'function' && typeof clock.wall === 'function',
    ),
  ),
  ...{ journal: asItIs, resume: asItIs, agreement: asItIs },
} satisfies { readonly [option in keyof CreateRunOptions]-?: Reader<unknown> };

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
  readOptions(options, READERS, 'createRun()');
  const { clock = systemClock, turn = options.clock ? undefined : nextTask } = options;
  const { strategy, steps, actions = {}, ...others } = options;
  const policy = policyOf(strategy, { steps, stepsPerEpoch: others.stepsPerEpoch });
  return new Run({ ...others, actions, policy, clock, turn });
}
