import { checkKeys } from '../core/check-keys.ts';
import { parseDuration } from '../core/duration.ts';
import { WallclockError } from '../core/errors.ts';
import { type Every, parseEvery } from '../core/every.ts';
import { nearest } from '../core/nearest.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import type { Backend, Demo } from './demo.ts';
import { findDemo } from './find-demo.ts';

/** What an author may ask of a demo, in a post, on a slide or in HTML. What is left out is the demo's own. */
export interface DemoOptions {
  /** The demo's id. */
  readonly demo: string;
  /** Intervals; `'off'` for never. */
  readonly log?: Every | 'off';
  /** As for `log`. */
  readonly evaluate?: Every | 'off';
  /** As for `log`. */
  readonly save?: Every | 'off';
  /** A duration of active time. */
  readonly maxTime?: StrategyOptions['maxTime'];
  /** Default: the demo's first. */
  readonly backend?: Backend;
  /** A whole number from 0. */
  readonly seed?: number;
  /** Milliseconds that a step takes at least: a slower machine to try a strategy on. Default 0. */
  readonly minimumStepTime?: number;
  /** The name of the browser store for checkpoints. Default: the demo's id. */
  readonly store?: string;
}

/** A demo with all that a run of it needs, checked. */
export interface DemoSettings {
  /** Which one. */
  readonly demo: Demo;
  /** Its intervals and limits. */
  readonly strategy: StrategyOptions;
  /** What it trains on. */
  readonly backend: Backend;
  /** A whole number from 0. */
  readonly seed: number;
  /** Milliseconds that a step takes at least. */
  readonly minimumStepTime: number;
  /** The name of the browser store for checkpoints. */
  readonly store: string;
}

const INTERVALS = ['log', 'evaluate', 'save'] as const;

/** Every option of a demo, in the order in which it is documented. */
export const DEMO_OPTIONS = [
  'demo',
  ...INTERVALS,
  'maxTime',
  'backend',
  'seed',
  'minimumStepTime',
  'store',
] as const satisfies readonly (keyof DemoOptions)[];

/**
 * The option that a name is, or most likely means. Undefined where it is near none.
 *
 * @param options the names that there are.
 * @example
 * ```ts
 * nearestOption('evalute'); // 'evaluate'
 * nearestOption('utm_source'); // undefined
 * ```
 */
export function nearestOption(name: string, options: readonly string[] = DEMO_OPTIONS): string | undefined {
  return nearest(name, options);
}

/**
 * Checks what is asked of a demo, and fills in what is not.
 *
 * @param options as {@link DemoOptions}; anything may come.
 * @param where names the place in messages: `content/blog/week-13.mdx, line 12: <Demo>`.
 * @throws {WallclockError} for an unknown demo or option, or a value that does not hold, with what exists.
 * @example
 * ```ts
 * parseDemoOptions({ demo: 'spirals', log: '500ms' }).strategy.log; // '500ms'
 * ```
 */
export function parseDemoOptions(options: unknown, where = 'demo'): DemoSettings {
  checkKeys(options, DEMO_OPTIONS, where);
  const demo = findDemo(options.demo, `${where}: demo`);
  const { backend = demo.backends[0]!, seed = demo.seed, minimumStepTime = 0, store = demo.id } = options;
  const strategy: { -readonly [key in keyof StrategyOptions]: unknown } = { ...demo.strategy };
  // By parts, so that a page need not carry the whole of strategies: whatever is off, a demo's own goes with the rest.
  for (const name of INTERVALS) {
    const interval = options[name];
    if (interval === 'off') delete strategy[name];
    else if (interval !== undefined) strategy[name] = interval;
    if (strategy[name] !== undefined) parseEvery(strategy[name], `${where}.${name}`, name);
  }
  if (options.maxTime !== undefined) {
    parseDuration(options.maxTime, `${where}.maxTime`);
    strategy.maxTime = options.maxTime;
  }
  check(demo.backends.includes(backend as Backend), 'backend', demo.backends.join(' or '), backend);
  check(Number.isSafeInteger(seed) && (seed as number) >= 0, 'seed', 'a whole number from 0', seed);
  check(
    Number.isFinite(minimumStepTime) && (minimumStepTime as number) >= 0,
    'minimumStepTime',
    'milliseconds, 0 or more',
    minimumStepTime,
  );
  check(
    typeof store === 'string' && /^[a-z0-9][a-z0-9-]{0,63}$/.test(store),
    'store',
    'a name of at most 64 small letters, digits and hyphens',
    store,
  );
  return {
    demo,
    strategy: strategy as StrategyOptions,
    backend: backend as Backend,
    seed: seed as number,
    minimumStepTime: minimumStepTime as number,
    store: store as string,
  };

  function check(holds: boolean, option: string, expected: string, got: unknown): void {
    if (!holds) throw new WallclockError({ where: `${where}: ${option}`, expected, got });
  }
}
