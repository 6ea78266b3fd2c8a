import { checkKeys } from '../core/check-keys.ts';
import { WallclockError } from '../core/errors.ts';
import { optional, readCount } from '../core/read-options.ts';
import { type ReadyStrategy, readyStrategy } from '../core/ready-strategy.ts';
import type { Metrics } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';

/** Seconds that something takes: always the same, or each time its own, with the last one repeated. */
export type Seconds = number | readonly number[];

/** What is known, or assumed, of a run before it costs anything. Every key may be left out. */
export interface PlannedRun {
  /** Steps that the loop takes, where nothing stops it before. Default: until the strategy ends the run. */
  steps?: number;
  /** Steps in one pass over the data. Needed where the strategy counts epochs. */
  stepsPerEpoch?: number;
  /** Of each step. Default 0. */
  stepSeconds?: Seconds;
  /** Of each evaluation. Default 0. */
  evaluateSeconds?: Seconds;
  /** Of each save. Default 0. */
  saveSeconds?: Seconds;
  /**
   * What the first, second, third… evaluation measures, with the last one repeated: numbers by name, or one number, the
   * metric that the strategy tracks. Default: nothing, and then no evaluation is better than another.
   */
  metrics?: readonly (Metrics | number)[];
}

/** A strategy, and the run that it is planned for: as JSON, what `wallclock plan` reads from a file. */
export interface PlanInput {
  /** What is planned. */
  strategy: StrategyOptions | ReadyStrategy;
  /** Default: a run of which nothing is known, whose steps take no time. */
  run?: PlannedRun;
}

/** A checked {@link PlanInput}. Times are microseconds. */
export interface ReadyInput {
  readonly strategy: ReadyStrategy;
  /** Infinity where the strategy alone ends the run. */
  readonly steps: number;
  readonly stepsPerEpoch: number | undefined;
  readonly step: Series;
  readonly evaluate: Series;
  readonly save: Series;
  readonly metrics: readonly Metrics[] | undefined;
}

/** Never empty; the last is repeated. */
type Series = readonly number[];

const RUN_KEYS = [
  'steps',
  'stepsPerEpoch',
  'stepSeconds',
  'evaluateSeconds',
  'saveSeconds',
  'metrics',
] as const satisfies readonly (keyof PlannedRun)[];

/** As long as a duration may be: longer, milliseconds are no longer told apart. */
const MOST_SECONDS = Number.MAX_SAFE_INTEGER / 1000;

/**
 * Checks what is to be planned, whole, before anything is.
 *
 * @param input as {@link PlanInput}, from code or from a file: anything may come, nothing is assumed.
 * @throws {WallclockError} at the first thing that does not hold.
 */
export function parsePlanInput(input: unknown): ReadyInput {
  checkKeys(input, ['strategy', 'run'], 'plan');
  const { run = {} } = input;
  const strategy = readyStrategy(input.strategy as StrategyOptions);
  checkKeys(run, RUN_KEYS, 'run');
  const readSteps = optional(readCount);
  const stepsPerEpoch = readSteps(run.stepsPerEpoch, 'run.stepsPerEpoch');
  const steps = readSteps(run.steps, 'run.steps');
  if (stepsPerEpoch === undefined) checkNoEpochs(strategy);
  if (steps === undefined) checkEnds(strategy);
  return {
    strategy,
    steps: steps ?? Number.POSITIVE_INFINITY,
    stepsPerEpoch,
    step: parseSeconds(run.stepSeconds, 'run.stepSeconds'),
    evaluate: parseSeconds(run.evaluateSeconds, 'run.evaluateSeconds'),
    save: parseSeconds(run.saveSeconds, 'run.saveSeconds'),
    metrics:
      run.metrics === undefined ? undefined : parseMetrics(run.metrics, strategy.best?.metric, 'run.metrics'),
  };
}

function parseSeconds(value: unknown, where: string): Series {
  if (value === undefined) return [0];
  if (!Array.isArray(value)) return [parseOneTime(value, where)];
  if (value.length > 0) return value.map((one, index) => parseOneTime(one, `${where}[${index}]`));
  const fix = 'Leave it out where it takes no time.';
  throw new WallclockError({ where, expected: 'seconds, or a list of at least one', got: value, fix });
}

/** @returns microseconds. */
function parseOneTime(value: unknown, where: string): number {
  if (typeof value === 'number' && value >= 0 && value <= MOST_SECONDS) return microseconds(value);
  throw new WallclockError({
    where,
    expected: `a number of seconds from 0 to ${Math.floor(MOST_SECONDS)}`,
    got: value,
  });
}

/** The point is moved in the decimal: 1.005 s are 1005000 µs, where a product would be a little less. */
function microseconds(seconds: number): number {
  const [digits, exponent = '0'] = String(seconds).split('e');
  return Number(`${digits}e${Number(exponent) + 6}`);
}

function parseMetrics(value: unknown, best: string | undefined, where: string): readonly Metrics[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new WallclockError({
      where,
      expected: 'a list of what each evaluation measures',
      got: value,
      fix: `Write it like [{"${best ?? 'loss'}": 0.9}, {"${best ?? 'loss'}": 0.5}].`,
    });
  }
  return value.map((one, index) => parseOneMetrics(one, best, `${where}[${index}]`));
}

function parseOneMetrics(value: unknown, best: string | undefined, where: string): Metrics {
  if (Number.isFinite(value)) return { [best ?? 'loss']: value as number };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WallclockError({ where, expected: 'numbers by name, or one number', got: value });
  }
  for (const [name, number] of Object.entries(value)) {
    if (Number.isFinite(number)) continue;
    throw new WallclockError({ where: `${where}.${name}`, expected: 'a finite number', got: number });
  }
  if (best !== undefined && !Object.hasOwn(value, best)) {
    const expected = `a number for '${best}', which strategy.best tracks`;
    throw new WallclockError({ where, expected, got: value });
  }
  return value as Metrics;
}

/** An epoch of unknown length never ends, and whatever waits for it would be missing from the plan. */
function checkNoEpochs({ description: { intervals, maxEpochs }, patience }: ReadyStrategy): void {
  const counting = [
    ...Object.values(intervals)
      .filter((text) => /epoch/.test(text))
      .map((text) => `'${text}'`),
    ...(maxEpochs === undefined ? [] : [`maxEpochs: ${maxEpochs}`]),
    ...(patience?.axis === 'epoch' ? [`a patience of ${patience.length} epochs`] : []),
  ];
  if (counting.length === 0) return;
  throw new WallclockError({
    where: 'run.stepsPerEpoch',
    expected: `a number of steps, because the strategy has ${counting[0]}`,
    got: undefined,
  });
}

function checkEnds({ bounded, patience }: ReadyStrategy): void {
  if (bounded || patience) return;
  throw new WallclockError({
    where: 'run.steps',
    expected: 'a number of steps, because nothing in the strategy ends the run',
    got: undefined,
    fix: "Give run.steps, or the strategy maxSteps, or maxTime like '2h'.",
  });
}
