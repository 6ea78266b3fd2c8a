import { type Optimizer, type Scalar, Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { checkKeys } from '../core/check-keys.ts';
import type { Clock } from '../core/clock.ts';
import { demand, WallclockError } from '../core/errors.ts';
import type { StopReason } from '../core/policy.ts';
import { type ReadyStrategy, readyStrategy } from '../core/ready-strategy.ts';
import { resumeFrom } from '../core/resume-from.ts';
import { Run } from '../core/run.ts';
import type { Metrics, RunEvent } from '../core/run-event.ts';
import { IDLE_RUN, type RunState } from '../core/run-state.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { systemClock } from '../system-clock.ts';
import { checkNeeds } from './check-needs.ts';
import { type CheckpointKeeper, checkResume, keepCheckpoints } from './checkpoint-keeper.ts';
import { LossAverage } from './loss-average.ts';
import { Pace } from './pace.ts';
import type { PauseSwitch } from './pause-switch.ts';
import type { SaveSwitch } from './save-switch.ts';
import { stableNames } from './stable-names.ts';
import type { Trained } from './trained.ts';
import { trainingActions } from './training-actions.ts';

/** What {@link stepHook} takes. */
export interface StepHookOptions {
  /** When to log, evaluate, save and stop. */
  strategy: StrategyOptions | ReadyStrategy;
  /**
   * What is trained, in the order in which the optimizer is given it: a checkpoint keeps it in this order. Default:
   * nothing, and then there is nothing to save.
   */
  variables?: readonly Variable[];
  /** Whose accumulators a checkpoint keeps: of several, the one whose variables come first. Default: none. */
  optimizer?: Optimizer;
  /** Measures the model. Needed where the strategy evaluates. */
  evaluate?: () => Metrics | Promise<Metrics>;
  /**
   * Where checkpoints go: nobody else's run may be there, and where there are any, no run starts afresh. Needed where the
   * strategy saves.
   */
  store?: CheckpointStore;
  /**
   * Goes on from the newest checkpoint of the store, or starts afresh where there is none; by its name from an older one,
   * and those after it go when the run has saved for the first time. Default false.
   */
  resume?: boolean | string;
  /** Steps in one pass over the data. Default: unknown. It makes fractions of an epoch possible. */
  stepsPerEpoch?: number;
  /** Steps that the loop will take. Default: unknown. It makes `'10%'` a number of steps. */
  steps?: number;
  /** Pauses the run from outside. */
  pause?: PauseSwitch;
  /** Has the run saved from outside, where the strategy saves: at any time, also in a loop that waits for its data. */
  save?: SaveSwitch;
  /** Hears every event, in order, at once. */
  onEvent?: (event: RunEvent) => void;
  /** Default: the machine's own clock. */
  clock?: Clock;
}

const KEYS = [
  'strategy',
  'variables',
  'optimizer',
  'evaluate',
  'store',
  'resume',
  'stepsPerEpoch',
  'steps',
  'pause',
  'save',
  'onEvent',
  'clock',
] as const satisfies readonly (keyof StepHookOptions)[];

/**
 * Logs, evaluates, saves and stops by time in a training loop that is written by hand.
 *
 * @throws {WallclockError} for options that do not hold, before anything has started.
 * @example
 * ```ts
 * const slope = tf.variable(tf.scalar(0));
 * const optimizer = tf.train.adam(0.1);
 * const x = tf.linspace(-1, 1, 64);
 * const y = x.mul(2);
 * const hook = stepHook({ strategy: { log: '1s', maxSteps: 50 }, onEvent: console.log });
 * await hook.begin();
 * while (!hook.stopped) {
 *   const loss = optimizer.minimize(() => tf.losses.meanSquaredError(y, x.mul(slope)), true, [slope]);
 *   await hook.step(loss);
 * }
 * const { reason } = await hook.end();
 * console.log(reason); // 'steps'
 * ```
 */
export function stepHook(options: StepHookOptions): StepHook {
  const where = 'stepHook()';
  checkKeys(options, KEYS, where);
  const strategy = readyStrategy(options.strategy);
  const { evaluate, store, resume, variables = [], steps, stepsPerEpoch } = options;
  checkNeeds(strategy.description, { evaluate, store }, where);
  const measures = evaluate === undefined || typeof evaluate === 'function';
  check(measures, 'evaluate', 'a function that measures the model', evaluate);
  checkResume(resume, where);
  check(!resume || store, 'store', 'a checkpoint store to resume from', store);
  check(!store || variables.length > 0, 'variables', 'the variables that a checkpoint keeps', variables);
  for (const [option, count] of Object.entries({ steps, stepsPerEpoch })) {
    const counted = count === undefined || (Number.isSafeInteger(count) && count >= 1);
    check(counted, option, 'a whole number of at least 1', count);
  }
  // What does not hold together with the run's size is refused here, and not when the run begins.
  strategy.policy(sizeOf(options));
  return new StepHook(options, strategy);

  function check(holds: unknown, option: string, expected: string, got: unknown): void {
    if (!holds) throw new WallclockError({ where: `${where}: ${option}`, expected, got });
  }
}

/** The run of a loop that is written by hand. Made by {@link stepHook}. */
export class StepHook {
  readonly #options: StepHookOptions;
  readonly #strategy: ReadyStrategy;
  readonly #losses = new LossAverage();
  #begun: Promise<Run['position']> | undefined;
  #run: Run | undefined;
  #keeper: CheckpointKeeper | undefined;
  #pace: Pace | undefined;
  /** Resolves when all that were asked for are done. */
  #saves: Promise<unknown> | undefined;
  #isClosed = false;

  constructor(options: StepHookOptions, strategy: ReadyStrategy) {
    this.#options = options;
    this.#strategy = strategy;
  }

  /**
   * Brings the variables to where a checkpoint left them, if asked, and starts the clock.
   *
   * @returns complete epochs, and steps into the one under way: where the loop is to go on in its data.
   * @throws {WallclockError} where another run has the store, or the checkpoint is damaged or does not fit.
   */
  async begin(): Promise<{ readonly epochs: number; readonly stepInEpoch: number }> {
    if (this.#begun)
      throw new WallclockError({ where: 'stepHook', expected: 'one begin()', got: 'a second' });
    this.#begun = this.#begin();
    // What has failed may be tried again.
    this.#begun.catch(() => {
      this.#begun = undefined;
    });
    return this.#begun;
  }

  async #begin(): Promise<Run['position']> {
    const { variables = [], optimizer, evaluate, store, onEvent, stepsPerEpoch } = this.#options;
    const { clock = systemClock } = this.#options;
    const names = stableNames(variables.map(({ name }) => name));
    const trained: Trained = {
      weights: variables.map((variable, index) => ({ name: names[index]!, variable })),
      trainable: variables.filter(({ trainable }) => trainable),
      ...(optimizer && { optimizer }),
    };
    this.#keeper =
      store &&
      (await keepCheckpoints({
        ...{ store, strategy: this.#strategy, trained, losses: this.#losses, clock },
        resume: this.#options.resume ?? false,
        stepsPerEpoch,
      }));
    const hear = this.#keeper?.history.relay(onEvent) ?? onEvent;
    try {
      this.#run = new Run({
        policy: this.#strategy.policy(sizeOf(this.#options)),
        clock,
        actions: trainingActions({ losses: this.#losses, evaluate, keeper: this.#keeper }),
        ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
        ...(hear && { onEvent: hear }),
        ...(this.#keeper && { name: this.#keeper.name }),
        ...(this.#keeper?.resumed && { resume: resumeFrom(this.#keeper.resumed) }),
      });
      const { pause, save } = this.#options;
      this.#pace = new Pace(clock, this.#run, { ...(pause && { pause }), ...(save && { save }) });
      await this.#run.begin();
      return this.#run.position;
    } catch (error) {
      // Nothing has begun: nobody would call end().
      this.#run = undefined;
      await this.#letGo();
      throw error;
    }
  }

  /**
   * To be called after each step.
   *
   * @param loss of the step, where there is one: owned from here on, and read back only when a log is due.
   * @throws {WallclockError} for a loss that is no scalar tensor, or was disposed of: it would fail every log and save.
   */
  async step(loss?: Scalar | null): Promise<void> {
    const run = this.#running();
    if (loss !== undefined && loss !== null) {
      checkLoss(loss);
      this.#losses.add(loss);
    }
    await run.step();
    await this.#pace!.breatheBetweenSteps();
    // What was asked for meanwhile is saved before the next step.
    await this.#saves;
  }

  /** To be called after each complete pass over the data. */
  async epoch(): Promise<void> {
    await this.#running().epoch();
  }

  /** Carries out the final actions, and gives the store back. @returns the state the run ended in; its `reason` says why it stopped. */
  async end(): Promise<RunState> {
    try {
      return await this.#running().end();
    } finally {
      await this.#letGo();
    }
  }

  /** Gives the store back. `end` does so too, after the final actions; where the loop has thrown, this does without them. */
  async close(): Promise<void> {
    // A begin() that is under way would take the store when it had been given back.
    await this.#begun?.catch(() => {});
    this.#isClosed = this.#run !== undefined;
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    try {
      this.#losses.dispose();
    } finally {
      await keeper?.close();
    }
  }

  /**
   * Saves now, between two steps, besides what the strategy says: from the loop, or from a timer or a signal that has its
   * turn within `step()`, which then waits. Where the loop waits for something of its own, the model may be that of the
   * next step already: what is not the loop is to turn a {@link SaveSwitch} then.
   */
  async save(): Promise<void> {
    const saved = this.#running().save();
    // One that is refused must not hide the one under way, and is told to whoever asked.
    this.#saves = Promise.allSettled([this.#saves, saved]).then(() => {});
    await saved;
  }

  /** Asks the loop to stop. */
  stop(): void {
    this.#running().stop();
  }

  /** Why the loop is to stop, or undefined while it is to go on. */
  get stopped(): StopReason | undefined {
    return this.#run?.stopped;
  }

  /** What the run has come to. */
  get state(): RunState {
    return this.#run?.state ?? IDLE_RUN;
  }

  #running(): Run {
    demand(this.#run, 'stepHook', 'begin() before anything else', 'another call');
    demand(!this.#isClosed, 'stepHook', 'nothing after close()', 'another call');
    return this.#run;
  }
}

function checkLoss(loss: unknown): void {
  const where = 'stepHook: step(loss)';
  if (!(loss instanceof Tensor) || loss.rank > 0) {
    const got = loss instanceof Tensor ? `a tensor of shape [${loss.shape}]` : loss;
    const fix =
      'Write tf.scalar(loss) for a number, as trainOnBatch gives one, and loss.mean() for a tensor of many; or leave it out.';
    throw new WallclockError({ where, expected: 'a scalar tensor', got, fix });
  }
  if (loss.isDisposed) {
    const fix =
      "The loss is the hook's from its step on: do not dispose of it, and return it from the tf.tidy() it is made in.";
    throw new WallclockError({ where, expected: 'a tensor that is still there', got: 'a disposed one', fix });
  }
}

function sizeOf({ steps, stepsPerEpoch }: StepHookOptions) {
  return {
    ...(steps !== undefined && { steps }),
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
  };
}
