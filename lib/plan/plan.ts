import { WallclockError } from '../core/errors.ts';
import { ACTIONS, type Action, type ActionName, type StopReason } from '../core/policy.ts';
import { Run } from '../core/run.ts';
import type { Metrics, Occasion, RunEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import { PlanClock } from './plan-clock.ts';
import { type PlanInput, parsePlanInput, type ReadyInput } from './plan-input.ts';
import { PlannedCheckpoints } from './planned-checkpoints.ts';

/** An action of the plan, with its account of itself. Times are seconds. */
export interface PlannedEvent extends Action, Pick<Occasion, 'step' | 'epoch' | 'elapsed'> {}

/** What a run will do, and what it will cost. Times are seconds. */
export interface Plan {
  /** Everything that is acted on, in order. `elapsed` is the reading at the end of the step, before its actions. */
  readonly events: readonly PlannedEvent[];
  /** What retention leaves at the end, by step. */
  readonly checkpoints: readonly string[];
  /** The share of the run's time, from 0 to 1, that each action takes, and all of them. */
  readonly overhead: { readonly [action in ActionName | 'total']: number };
  /**
   * How much of the elapsed time a crash could take back at worst: the longest time that passes between the reading of
   * which the newest kept save holds the state (or the run's beginning) and the completion of the next one (or the
   * run's end).
   */
  readonly maximumLoss: number;
  /** Where the run ends, and why: with its last action done. */
  readonly end: Pick<Occasion, 'step' | 'epoch' | 'elapsed'> & { readonly reason: StopReason };
  /** What whoever wrote the strategy should know: an interval that is shorter than a step, say. */
  readonly warnings: readonly string[];
  /** What pictures draw: see `wallclock/pictures`. */
  readonly state: RunState;
}

/** How much may be planned at the most. */
export interface PlanOptions {
  /** Steps after which a plan is given up. Default ten million. */
  mostSteps?: number;
  /** Logs, evaluations and saves after which it is given up. Default a million. */
  mostActions?: number;
}

/**
 * Shows what a strategy will do before a run costs anything: the real engine with the real policy, on a clock that is
 * moved by hand.
 *
 * @throws {WallclockError} where the input does not hold, or the run is longer than what may be planned.
 * @example
 * ```ts
 * const { events, maximumLoss } = await plan({
 *   strategy: { save: '1m' },
 *   run: { steps: 128, stepSeconds: 7 },
 * });
 * events[0]; // { type: 'save', step: 9, epoch: 0, elapsed: 63, due: 60, late: 3, missed: 0, why: ['1m'] }
 * maximumLoss; // 63
 * ```
 */
export async function plan(input: PlanInput, options: PlanOptions = {}): Promise<Plan> {
  const { mostSteps = 10_000_000, mostActions = 1_000_000 } = options;
  const ready = parsePlanInput(input);
  checkSteps(ready, mostSteps);
  const { strategy, steps, stepsPerEpoch, step: stepTimes } = ready;
  const clock = new PlanClock();
  const events: PlannedEvent[] = [];
  const checkpoints = new PlannedCheckpoints(strategy.keep, strategy.best);
  const loss = new Loss();
  /** Milliseconds: the one reading of the step under way. */
  let reading = 0;

  const run = new Run({
    policy: strategy.policy({
      ...(Number.isFinite(steps) && { steps }),
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    }),
    clock,
    name: 'plan',
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    actions: {
      log: () => ({}),
      evaluate: evaluating(ready, clock),
      save({ step, metrics }) {
        clock.advance(next(ready.save, loss.saves));
        const name = `checkpoint-${step}`;
        const metric = strategy.best && metrics?.[strategy.best.metric];
        const kept = checkpoints.add({
          ...{ name, step, elapsed: reading },
          ...(metric !== undefined && { metric }),
        });
        loss.saved(reading, clock.now(), kept);
        return { checkpoint: name, bytes: 0 };
      },
      load: () => {},
    },
    onEvent(event) {
      if (isAction(event)) events.push(planned(event, reading));
    },
  });

  await run.begin();
  for (let step = 0; step < steps && !run.stopped; step++) {
    if (step >= mostSteps) throw endless(ready, mostSteps);
    clock.advance(next(stepTimes, step));
    reading = clock.now();
    const acting = run.step();
    if (acting) await acting;
    // As in a loop: the end of an epoch is told also where its last step has ended the run.
    const ending = stepsPerEpoch && (step + 1) % stepsPerEpoch === 0 ? run.epoch() : undefined;
    if (ending) await ending;
    if (events.length > mostActions) throw tooMany(mostActions);
  }
  const state = await run.end();
  loss.ended(clock.now());

  return {
    events,
    checkpoints: checkpoints.names,
    overhead: overhead(state),
    maximumLoss: exact(loss.worst / 1000),
    end: { step: state.step, epoch: state.epoch, elapsed: exact(clock.now() / 1000), reason: state.reason! },
    warnings: [...unmeasured(ready), ...state.warnings],
    state,
  };
}

function unmeasured({ strategy: { best }, metrics }: ReadyInput): string[] {
  if (!best || metrics) return [];
  return ['run.metrics: without them no evaluation is better than another in this plan.'];
}

/** How far the newest save that is kept lags behind the run. Milliseconds. */
class Loss {
  saves = 0;
  worst = 0;
  /** The reading of which the newest one holds the state. */
  #held = 0;

  saved(reading: number, completed: number, kept: boolean): void {
    this.saves++;
    this.ended(completed);
    if (kept) this.#held = reading;
  }

  ended(at: number): void {
    this.worst = Math.max(this.worst, at - this.#held);
  }
}

function evaluating({ evaluate, metrics, strategy }: ReadyInput, clock: PlanClock): () => Metrics {
  let count = 0;
  const nothing = strategy.best ? { [strategy.best.metric]: Number.NaN } : {};
  return () => {
    const index = count++;
    clock.advance(next(evaluate, index));
    return metrics ? next(metrics, index) : nothing;
  };
}

/** The last one is repeated. */
function next<Value>(values: readonly Value[], index: number): Value {
  return values[Math.min(index, values.length - 1)]!;
}

function isAction(event: RunEvent): event is Extract<RunEvent, { type: ActionName }> {
  return (ACTIONS as readonly string[]).includes(event.type);
}

/** A step has one reading: what it ends with is told with that, and not with when the run looked at what is left. */
function planned(event: Action & Pick<Occasion, 'step' | 'epoch'>, reading: number): PlannedEvent {
  const { type, step, epoch, late, missed, why } = event;
  const elapsed = exact(reading / 1000);
  const due = why[0] === 'final' ? elapsed : exact(event.due);
  return { type, step, epoch, elapsed, due, late: exact(late), missed, why };
}

/** What is left of rounding in a difference of two readings is no part of a time. */
function exact(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

function overhead({ elapsed, log, evaluate, save }: RunState): Plan['overhead'] {
  const share = (seconds: number) => (elapsed > 0 ? exact(seconds / elapsed) : 0);
  return {
    log: share(log.took),
    evaluate: share(evaluate.took),
    save: share(save.took),
    total: share(log.took + evaluate.took + save.took),
  };
}

/** Where the strategy ends the run as well, only the plan shows whether it comes to that. */
function checkSteps({ steps, strategy: { bounded, description } }: ReadyInput, mostSteps: number): void {
  const isSure = !bounded && !description.best;
  if (isSure && steps > mostSteps) throw tooLong(steps, mostSteps);
}

function tooLong(steps: number, mostSteps: number): WallclockError {
  return new WallclockError({
    where: 'run.steps',
    expected: `at most ${mostSteps.toLocaleString('en')}, which is as many as are planned`,
    got: steps,
    fix: 'Plan a part of it.',
  });
}

function endless({ step, steps }: ReadyInput, mostSteps: number): WallclockError {
  if (Number.isFinite(steps)) return tooLong(steps, mostSteps);
  const stands = step.at(-1) === 0;
  return new WallclockError({
    where: stands ? 'run.stepSeconds' : 'run',
    expected: `a run that ends within ${mostSteps.toLocaleString('en')} steps`,
    got: stands ? 'steps that take no time' : 'a longer one',
    fix: stands
      ? 'Say what a step takes, or give run.steps or strategy.maxSteps.'
      : 'Plan a part of it: give run.steps.',
  });
}

function tooMany(mostActions: number): WallclockError {
  return new WallclockError({
    where: 'strategy',
    expected: `at most ${mostActions.toLocaleString('en')} logs, evaluations and saves`,
    got: 'more',
    fix: 'Make the intervals longer, or plan a part of the run: give run.steps.',
  });
}
