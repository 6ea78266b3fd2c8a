import { GivenUp } from '../core/actions.ts';
import { WallclockError } from '../core/errors.ts';
import type { ActionName, Policy } from '../core/policy.ts';
import { type ReadyStrategy, readyStrategy } from '../core/ready-strategy.ts';
import { resumeFrom } from '../core/resume-from.ts';
import { type Kept, Retention } from '../core/retention.ts';
import { Run } from '../core/run.ts';
import type { Metrics, RunEvent } from '../core/run-event.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import type { RunState } from '../core/run-state.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

/**
 * Milliseconds for the first, second, third… time: always the same, a list that is gone through over and over, or a
 * function of the count from 1.
 */
export type Script = number | readonly number[] | ((count: number) => number);

/** A training run that takes no time: what everything in it would take is written here. */
export interface Simulation {
  /** Under which it is run. */
  strategy: StrategyOptions | ReadyStrategy;
  /** What decides, in place of Wallclock's own policy for the strategy. */
  policy?: Policy;
  /** Milliseconds of each step. Default 1000. */
  step?: Script;
  /** Milliseconds of each log, evaluation and save, counted by attempts over all runs together. Default 0. */
  log?: Script;
  /** Milliseconds of each evaluation. Default 0. */
  evaluate?: Script;
  /** Milliseconds of each save. Default 0. */
  save?: Script;
  /** The attempts, counted as those are, at which an action fails, after having taken its time. Default: none. */
  failures?: { readonly [action in ActionName]?: readonly number[] };
  /** Milliseconds of a pause after a step: `{ 3: 60_000 }` pauses for a minute after the third. Default: none. */
  pauses?: { readonly [step: number]: number };
  /** Milliseconds that the machine sleeps after a step. Default: never. */
  sleeps?: { readonly [step: number]: number };
  /** What the first, second, third… attempt to evaluate measures; the last is repeated. Default: an accuracy that rises. */
  metrics?: readonly Metrics[];
  /** Steps in one pass over the data. Default: unknown, and no epoch ends. */
  stepsPerEpoch?: number;
  /** The data ends after this many steps, counted over all runs together. Default: never. */
  steps?: number;
  /** The process dies after this step: no final action, no end. Default: never. */
  diesAfter?: number;
  /** It is asked to stop after this step. Default: never. */
  stopsAfter?: number;
  /** Which of the evaluations, counted by attempts as those are, it is asked to stop amid, and gives up. Default: none. */
  stopsAmid?: number;
  /** Goes on from a checkpoint of an earlier simulation. */
  resume?: { checkpoint: string; snapshot: RunSnapshot };
  /** Default: one that begins at 0. */
  clock?: ManualClock;
}

/** What came of a simulation. */
export interface Simulated {
  /** All that the run told, in order. */
  readonly events: readonly RunEvent[];
  /** What it came to. */
  readonly state: RunState;
  /** What each save would have kept, by the checkpoint's name; through JSON, as a file would have it. */
  readonly snapshots: { readonly [checkpoint: string]: RunSnapshot };
}

/** A snapshot with what its store would know, and how far the scripts have come. */
interface SimulatedSnapshot extends RunSnapshot {
  readonly kept: readonly Kept[];
  readonly attempts: Attempts;
}

type Attempts = { [action in ActionName]: number };

/** A simulation of more steps than this has no end. */
const MOST_STEPS = 1_000_000;

/**
 * Runs a strategy through the real engine on a clock that is moved by hand.
 *
 * @throws {WallclockError} where the strategy does not hold, or nothing ends the run.
 * @example
 * ```ts
 * const { events } = await simulate({ strategy: { log: '5s', maxTime: '20s' }, step: 1500 });
 * drawTimeline(events); // ['log      ......X.....X.....X..X|', …]
 * ```
 */
export async function simulate(simulation: Simulation): Promise<Simulated> {
  const { step = 1000, pauses = {}, sleeps = {}, metrics, stepsPerEpoch, resume } = simulation;
  const { clock = manualClock() } = simulation;
  const strategy = readyStrategy(simulation.strategy);
  const steps = simulation.steps ?? MOST_STEPS;
  const size = {
    ...(simulation.steps !== undefined && { steps }),
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
  };
  const events: RunEvent[] = [];
  const snapshots: { [checkpoint: string]: RunSnapshot } = {};
  const before = resume?.snapshot as SimulatedSnapshot | undefined;
  const attempts: Attempts = { log: 0, evaluate: 0, save: 0, ...before?.attempts };
  const retention = new Retention(strategy.keep, strategy.best, before?.kept);

  const run = new Run({
    policy: simulation.policy ?? strategy.policy(size),
    clock,
    name: 'simulated',
    onEvent: (event) => events.push(event),
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    ...(resume && { resume: resumeFrom(resume) }),
    actions: {
      log: acting('log', ({ step }) => ({ loss: 1 / step })),
      evaluate: acting('evaluate', ({ step }, attempt) =>
        metrics ? metrics[Math.min(attempt, metrics.length) - 1]! : { accuracy: 1 - 1 / (step + 1) },
      ),
      save: acting('save', ({ step, elapsed, metrics, snapshot }) => {
        const checkpoint = `checkpoint-${step}`;
        const metric = strategy.best && metrics?.[strategy.best.metric];
        retention.add({ name: checkpoint, elapsed: elapsed * 1000, ...(metric !== undefined && { metric }) });
        const deleted = retention.surplus();
        retention.remove(deleted);
        snapshots[checkpoint] = JSON.parse(
          JSON.stringify({ ...snapshot(checkpoint), kept: retention.checkpoints, attempts }),
        );
        return { checkpoint, bytes: 1000, deleted };
      }),
      load: () => {},
    },
  });

  let count = before?.step ?? 0;
  let inEpoch = before?.stepInEpoch ?? 0;
  await run.begin();
  // A checkpoint of an epoch's last step was saved before the end of that epoch was told.
  if (inEpoch === stepsPerEpoch && !run.stopped) await epochEnds();
  while (!run.stopped && count < steps) {
    count++;
    clock.advance(timeOf(step, count));
    await run.step();
    if (count === simulation.stopsAfter) run.stop();
    if (++inEpoch === stepsPerEpoch) await epochEnds();
    if (count === simulation.diesAfter) return { events, state: run.state, snapshots };
    clock.sleep(sleeps[count] ?? 0);
    const pause = pauses[count];
    if (pause !== undefined && !run.stopped) {
      run.pause();
      clock.advance(pause);
      run.continue();
    }
    if (count === MOST_STEPS) throw endless();
  }
  return { events, state: await run.end(), snapshots };

  async function epochEnds(): Promise<void> {
    inEpoch = 0;
    await run.epoch();
  }

  /** The action as it is scripted: it takes its time, then it fails or succeeds. */
  function acting<Context, Result>(
    action: ActionName,
    succeed: (context: Context, attempt: number) => Result,
  ) {
    return (context: Context): Result => {
      const attempt = ++attempts[action];
      clock.advance(timeOf(simulation[action] ?? 0, attempt));
      if (action === 'evaluate' && attempt === simulation.stopsAmid && !run.stopped) {
        attempts.evaluate--;
        run.stop();
        throw new GivenUp();
      }
      if (simulation.failures?.[action]?.includes(attempt)) {
        throw new Error(`${action} ${attempt} fails, as it is scripted`);
      }
      return succeed(context, attempt);
    };
  }
}

function timeOf(script: Script, count: number): number {
  if (typeof script === 'number') return script;
  if (typeof script === 'function') return script(count);
  return script[(count - 1) % script.length] ?? 0;
}

function endless(): WallclockError {
  return new WallclockError({
    where: 'simulate',
    expected: 'a run that ends',
    got: `more than ${MOST_STEPS} steps`,
    fix: 'Give the strategy maxTime, maxSteps or maxEpochs, or the simulation steps.',
  });
}
