import { clone, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { Callback } from '@tensorflow/tfjs-layers';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { checkKeys } from '../core/check-keys.ts';
import type { Clock } from '../core/clock.ts';
import { WallclockError } from '../core/errors.ts';
import { type ReadyStrategy, readyStrategy } from '../core/ready-strategy.ts';
import { Run } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import { IDLE_RUN, type RunState } from '../core/run-state.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { systemClock } from '../system-clock.ts';
import { checkNeeds } from './check-needs.ts';
import { type CheckpointKeeper, keepCheckpoints } from './checkpoint-keeper.ts';
import { evaluate } from './evaluate.ts';
import { LossAverage } from './loss-average.ts';
import { Pace } from './pace.ts';
import { trainedModel } from './trained.ts';
import { trainingActions } from './training-actions.ts';
import { batchesOf, type TrainingData } from './training-data.ts';

/** What {@link FitCallback} takes. */
export interface FitCallbackOptions {
  /** When to log, evaluate, save and stop. Without a limit, `fit` ends by its own epochs. */
  strategy: StrategyOptions | ReadyStrategy;
  /** What the model is evaluated on. Needed where the strategy evaluates. */
  validation?: TrainingData;
  /** Examples a batch of an evaluation. Default 32. */
  batchSize?: number;
  /** Where checkpoints go. Needed where the strategy saves. */
  store?: CheckpointStore;
  /** Hears every event, in order, at once. */
  onEvent?: (event: RunEvent) => void;
  /** Default: the machine's own clock. */
  clock?: Clock;
}

const KEYS = ['strategy', 'validation', 'batchSize', 'store', 'onEvent', 'clock'] as const;

/**
 * Logs, evaluates, saves and stops by time within `model.fit` and `model.fitDataset`. It must be the first callback, and
 * be no plain object's neighbour: TensorFlow.js decides by the first one how all are treated.
 *
 * The losses are read back only when a log is due, which a plain callback with `onBatchEnd` does at every batch.
 *
 * @throws {WallclockError} for options that do not hold, before `fit` has started.
 * @example
 * ```ts
 * const callback = new FitCallback({ strategy: { log: '1s', maxTime: '1m' }, onEvent: console.log });
 * await model.fit(xs, ys, { epochs: 3, callbacks: [callback] });
 * console.log(callback.state.reason); // 'finished'
 * ```
 */
export class FitCallback extends Callback {
  readonly #options: FitCallbackOptions;
  readonly #strategy: ReadyStrategy;
  readonly #losses = new LossAverage();
  #run: Run | undefined;
  #keeper: CheckpointKeeper | undefined;
  #pace: Pace | undefined;
  #stepsPerEpoch: number | undefined;

  constructor(options: FitCallbackOptions) {
    super();
    const where = 'new FitCallback()';
    checkKeys(options, KEYS, where);
    this.#options = options;
    const { batchSize = 32 } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      const expected = 'a whole number of at least 1';
      throw new WallclockError({ where: `${where}: batchSize`, expected, got: batchSize });
    }
    this.#strategy = readyStrategy(options.strategy);
    checkNeeds(this.#strategy.description, options, where);
  }

  /** What the run has come to. */
  get state(): RunState {
    return this.#run?.state ?? IDLE_RUN;
  }

  /** Gives the store back. `fit` does so when it ends; where it has thrown, only this does. */
  async close(): Promise<void> {
    this.#losses.dispose();
    await this.#keeper?.close();
    this.#keeper = undefined;
  }

  /** @internal */
  override async onTrainBegin(): Promise<void> {
    const { validation, batchSize = 32, store, onEvent, clock = systemClock } = this.#options;
    const {
      samples,
      batchSize: examples,
      steps,
      epochs,
    } = this.params as { [name: string]: number | null | undefined };
    const stepsPerEpoch = steps ?? (samples && examples ? Math.ceil(samples / examples) : undefined);
    this.#stepsPerEpoch = stepsPerEpoch;
    const batches =
      validation && batchesOf(validation, { where: 'validation', model: this.model, batchSize });
    checkNeeds(this.#strategy.description, this.#options, 'new FitCallback()', this.model);
    await this.close();
    const trained = trainedModel(this.model);
    const keeping = { strategy: this.#strategy, trained, losses: this.#losses, clock };
    this.#keeper = store && (await keepCheckpoints({ store, ...keeping, resume: false }));
    const size = {
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
      ...(stepsPerEpoch !== undefined && epochs && { steps: epochs * stepsPerEpoch }),
    };
    const hear = this.#keeper?.history.relay(onEvent) ?? onEvent;
    this.#run = new Run({
      policy: this.#strategy.policy(size),
      clock,
      actions: trainingActions({
        ...{ losses: this.#losses, keeper: this.#keeper },
        evaluate: batches && (() => evaluate(this.model, batches, () => this.#pace?.breathe())),
      }),
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
      ...(hear && { onEvent: hear }),
      ...(this.#keeper && { name: this.#keeper.name }),
    });
    this.#pace = new Pace(clock, this.#run);
    await this.#run.begin();
  }

  /** @internal */
  override async onBatchEnd(_batch: number, logs?: { readonly [name: string]: unknown }): Promise<void> {
    const run = this.#run!;
    // `fit` disposes of its own when the batch is over.
    if (logs?.loss) this.#losses.add(clone(logs.loss as Tensor) as Scalar);
    await run.step();
    await this.#pace!.breathe();
    if (run.stopped) this.model.stopTraining = true;
  }

  /** @internal */
  override async onEpochEnd(): Promise<void> {
    const run = this.#run!;
    // Where training was stopped within it, the epoch does not count.
    await run.epoch(!run.stopped || run.position.stepInEpoch === this.#stepsPerEpoch);
    if (run.stopped) this.model.stopTraining = true;
  }

  /** @internal */
  override async onTrainEnd(): Promise<void> {
    try {
      await this.#run!.end();
    } finally {
      await this.close();
    }
  }
}
