import { parseDuration, type RunSize, type StrategyOptions, WallclockError } from 'wallclock';
import type { Simulation } from 'wallclock/testing';

/** A duration, or one for the first, second, third… time, gone through over and over. */
export type Durations = string | readonly string[];

/** A run for a timeline, as an author writes it: durations are text. */
export interface TimelineScript extends RunSize {
  /** What it is called, beside others. */
  readonly name?: string;
  /** Left out where the run replays another. */
  readonly strategy?: StrategyOptions;
  /** How long each step takes. Default: a second. */
  readonly step?: Durations;
  /** How long each action takes. Default: no time. */
  readonly log?: Durations;
  readonly evaluate?: Durations;
  readonly save?: Durations;
  /** The attempts, counted from 1, at which an action fails. */
  readonly failures?: Simulation['failures'];
  /** Pauses after a step, and sleeps of the machine. */
  readonly pauses?: { readonly [step: number]: string };
  readonly sleeps?: { readonly [step: number]: string };
  /** What the evaluations measure, in turn. */
  readonly metrics?: Simulation['metrics'];
  /** The process dies after this step. */
  readonly diesAfter?: number;
  /** Goes on from the newest checkpoint of the run above it. */
  readonly resumes?: boolean;
  /** Acts on the steps on which the run above it did. */
  readonly replays?: boolean;
}

const KEYS = [
  'name',
  'strategy',
  'step',
  'log',
  'evaluate',
  'save',
  'failures',
  'pauses',
  'sleeps',
  'metrics',
  'stepsPerEpoch',
  'steps',
  'diesAfter',
  'resumes',
  'replays',
] as const satisfies readonly (keyof TimelineScript)[];

/** The keys of a script. */
export const SCRIPT_KEYS: readonly string[] = KEYS;

/**
 * The script as a simulation takes it, without what stands above it.
 *
 * @param span milliseconds that are shown, where that is not all: a run without an end is left when it is out of sight.
 * @throws {WallclockError} for a key that there is not, a duration that is none, or a run that is seen to its end and
 *   has none.
 */
export function simulationOf(
  script: TimelineScript,
  span: number | undefined,
  where: string,
): Omit<Simulation, 'strategy'> {
  for (const key of Object.keys(script)) {
    if (SCRIPT_KEYS.includes(key)) continue;
    const fix = `Correct or remove '${key}'.`;
    throw new WallclockError({ where, expected: SCRIPT_KEYS.join(', '), got: key, fix });
  }
  const { step = '1s', pauses, sleeps, failures, metrics, steps, stepsPerEpoch } = script;
  const times = (text: Durations, key: string): number[] =>
    [text].flat().map((each) => parseDuration(each, `${where}: ${key}`));
  const bySteps = (texts: { readonly [step: number]: string }, key: string) =>
    Object.fromEntries(
      Object.entries(texts).map(([at, text]) => [at, parseDuration(text, `${where}: ${key}`)]),
    );
  const diesAfter = script.diesAfter ?? outOfSight(script, times(step, 'step'), span, where);
  return {
    step: times(step, 'step'),
    ...(script.log !== undefined && { log: times(script.log, 'log') }),
    ...(script.evaluate !== undefined && { evaluate: times(script.evaluate, 'evaluate') }),
    ...(script.save !== undefined && { save: times(script.save, 'save') }),
    ...(pauses && { pauses: bySteps(pauses, 'pauses') }),
    ...(sleeps && { sleeps: bySteps(sleeps, 'sleeps') }),
    ...(failures && { failures }),
    ...(metrics && { metrics }),
    ...(steps !== undefined && { steps }),
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    ...(diesAfter !== undefined && { diesAfter }),
  };
}

/** The step by which a run without an end has passed what is shown of it. Undefined where the run has an end. */
function outOfSight(
  { strategy = {}, steps, replays }: TimelineScript,
  each: readonly number[],
  span: number | undefined,
  where: string,
): number | undefined {
  const { maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline } = strategy;
  const limits = [steps, maxTime, maxTimeThisRun, maxSteps, maxEpochs, deadline];
  if (replays || limits.some((limit) => limit !== undefined)) return undefined;
  if (span === undefined) {
    const fix = 'Give it a span, like span="30s", or the strategy a limit.';
    throw new WallclockError({
      where,
      expected: 'a run that ends, or a part of it to show',
      got: strategy,
      fix,
    });
  }
  let step = 0;
  for (let passed = 0; passed <= span; step++) passed += each[step % each.length]!;
  return step;
}
