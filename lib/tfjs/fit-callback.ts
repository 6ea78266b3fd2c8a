import { clone, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { NoneWholeError } from '../checkpoints/newest-whole.ts';
import { checkKeys } from '../core/check-keys.ts';
import type { Clock } from '../core/clock.ts';
import { WallclockError } from '../core/errors.ts';
import { type ReadyStrategy, readyStrategy } from '../core/ready-strategy.ts';
import type { RunSize } from '../core/resolve-parts.ts';
import { resumeFrom } from '../core/resume-from.ts';
import { Run } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import { IDLE_RUN, type RunState } from '../core/run-state.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { systemClock } from '../system-clock.ts';
import { checkNeeds } from './check-needs.ts';
import { type CheckpointKeeper, type CheckpointKeeperOptions, keepCheckpoints } from './checkpoint-keeper.ts';
import { compiledModel } from './compiled-model.ts';
import { AT_EPOCH_ENDS, completeEpochs, firstEpochOf, isComplete } from './epoch-ends.ts';
import { evaluate } from './evaluate.ts';
import { LayerNoise } from './layer-noise.ts';
import { LossAverage } from './loss-average.ts';
import { Pace } from './pace.ts';
import { trainedModel } from './trained.ts';
import { trainingActions } from './training-actions.ts';
import { type BatchSource, batchesOf, type TrainingData } from './training-data.ts';

/** What {@link FitCallback} takes. */
export interface FitCallbackOptions {
  /** When to log, evaluate, save and stop. Without a limit, `fit` ends by its own epochs. */
  strategy: StrategyOptions | ReadyStrategy;
  /** What the model is evaluated on. Needed where the strategy evaluates. */
  validation?: TrainingData;
  /** Examples a batch of an evaluation. Default 32. */
  batchSize?: number;
  /**
   * Where checkpoints go: nobody else's run may be there, and where there are any, `resume` comes first. Needed where the
   * strategy saves.
   */
  store?: CheckpointStore;
  /** Seeds dropout and noise of layers at each step, where there is a store: a resumed run draws the same. Default 0. */
  seed?: number;
  /** Hears every event, in order, at once. */
  onEvent?: (event: RunEvent) => void;
  /** Default: the machine's own clock. */
  clock?: Clock;
}

const KEYS = ['strategy', 'validation', 'batchSize', 'store', 'seed', 'onEvent', 'clock'] as const;

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
  #noise: LayerNoise | undefined;
  /** What `fit` has to be given to go on where `resume` has brought the model. */
  #awaited: { readonly model: LayersModel; readonly initialEpoch: number } | undefined;
  #pace: Pace | undefined;
  /** As `fit` has told it. */
  #size: RunSize = {};

  constructor(options: FitCallbackOptions) {
    super();
    const where = 'new FitCallback()';
    checkKeys(options, KEYS, where);
    this.#options = options;
    const { batchSize = 32, seed = 0 } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      const expected = 'a whole number of at least 1';
      throw new WallclockError({ where: `${where}: batchSize`, expected, got: batchSize });
    }
    if (!Number.isSafeInteger(seed)) {
      throw new WallclockError({ where: `${where}: seed`, expected: 'a whole number', got: seed });
    }
    this.#strategy = readyStrategy(options.strategy);
    checkNeeds(this.#strategy.description, options, where);
  }

  /** What the run has come to. */
  get state(): RunState {
    return this.#run?.state ?? IDLE_RUN;
  }

  /**
   * Brings a model to where the newest checkpoint from the end of an epoch left it. `fit` is to be called next, with the
   * epoch that this returns. On the cpu backend the run then ends in the same bits as one that was not interrupted, if
   * `fit` is told not to shuffle: it shuffles by `Math.random`, which nobody can resume.
   *
   * A run that has come to the end of no epoch begins anew, with the model as it is given: that is known of `fit` and
   * `train()`. Its checkpoints go when there is a newer one.
   *
   * @returns the `initialEpoch` for `fit`: complete epochs, 0 where there is nothing to resume, and Infinity where nothing
   *   is left to do.
   * @throws {WallclockError} where another run has the store, all checkpoints are damaged or from the middle of an epoch
   *   other than the first, or the model does not fit.
   * @example
   * ```ts
   * const store = memoryStore();
   * const save = { every: '5m or 1 epoch', anchor: 'grid' } as const;
   * const callback = new FitCallback({ strategy: { save }, store });
   * const initialEpoch = await callback.resume(model);
   * await model.fit(xs, ys, { epochs: 3, initialEpoch, shuffle: false, callbacks: [callback] });
   * console.log(callback.state.epoch); // 3
   * ```
   */
  async resume(model: LayersModel): Promise<number> {
    const where = 'FitCallback.resume()';
    const compiled = compiledModel(model, where);
    const { store } = this.#options;
    if (!store) {
      throw new WallclockError({ where, expected: 'a callback with a checkpoint store', got: store });
    }
    checkNeeds(this.#strategy.description, { ...this.#options, resume: true }, where, compiled);
    const { snapshot } = (await this.#goOn(store, compiled)).resumed ?? {};
    const complete = snapshot && isComplete(this.#strategy, snapshot);
    const initialEpoch = complete ? Number.POSITIVE_INFINITY : snapshot ? completeEpochs(snapshot) : 0;
    this.#awaited = { model: compiled, initialEpoch };
    return initialEpoch;
  }

  /** Gives the store back. `fit` does so when it ends; where it has thrown, only this does. */
  async close(): Promise<void> {
    this.#noise?.leave();
    this.#losses.dispose();
    this.#awaited = undefined;
    await this.#keeper?.close();
    this.#keeper = undefined;
  }

  async #goOn(store: CheckpointStore, model: LayersModel): Promise<CheckpointKeeper> {
    try {
      return await this.#keep(store, model, { resume: true });
    } catch (error) {
      const begunAnew = error instanceof NoneWholeError && (await firstEpochOf(store));
      if (!begunAnew) throw error;
      const warning = `The run has begun anew, because it had come to the end of no epoch, and fit begins with one: what it had saved of its first goes (${begunAnew.join(', ')}).`;
      return this.#keep(store, model, { resume: false, begunAnew, warning });
    }
  }

  async #keep(
    store: CheckpointStore,
    model: LayersModel,
    from: Pick<CheckpointKeeperOptions, 'resume' | 'begunAnew' | 'warning'>,
  ): Promise<CheckpointKeeper> {
    await this.close();
    const { clock = systemClock, seed = 0 } = this.#options;
    this.#keeper = await keepCheckpoints({
      ...{
        store,
        strategy: this.#strategy,
        trained: trainedModel(model),
        losses: this.#losses,
        clock,
        seed,
      },
      ...from,
      wanted: AT_EPOCH_ENDS,
    });
    return this.#keeper;
  }

  /**
   * What has been resumed is gone on with as it was, or not at all.
   *
   * @param epoch with which `fit` begins, as far as that is known: `fitDataset` does not tell before its first epoch.
   */
  async #checkAwaited(epoch: number | undefined): Promise<void> {
    if (!this.#awaited) return;
    const { model, initialEpoch } = this.#awaited;
    const { stepsPerEpoch } = this.#size;
    const before = this.#keeper?.resumed?.snapshot.state.stepsPerEpoch;
    const differs = (option: string, expected: string, got: unknown) => {
      const fix = 'Give fit what resume() has returned, and what the run began with.';
      return new WallclockError({ where: `model.fit(): ${option}`, expected, got, fix });
    };
    const error =
      this.model !== model
        ? differs('model', 'the model that was resumed', 'another one')
        : epoch !== undefined && epoch !== initialEpoch
          ? differs('initialEpoch', `${initialEpoch}, where the checkpoint stands`, epoch)
          : before !== undefined && before !== stepsPerEpoch
            ? differs('batchSize', `${before} batches an epoch, as before`, stepsPerEpoch)
            : undefined;
    if (!error) return;
    await this.close();
    throw error;
  }

  /** @internal */
  override async onTrainBegin(): Promise<void> {
    // Behind a plain object, TensorFlow.js takes this one's methods away from it.
    if (!(this instanceof FitCallback)) {
      throw new WallclockError({
        where: 'model.fit(): callbacks',
        expected: 'the FitCallback first, and no plain object beside it',
        got: 'a plain object before it',
        fix: 'Write callbacks: [fitCallback, …], and make the others a tf.CustomCallback.',
      });
    }
    const { store, seed = 0 } = this.#options;
    const { samples, batchSize, steps, epochs, initialEpoch } = this.params as {
      [name: string]: number | null | undefined;
    };
    const stepsPerEpoch = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
    this.#size = {
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
      ...(stepsPerEpoch !== undefined && epochs && { steps: epochs * stepsPerEpoch }),
    };
    this.#run = undefined;
    this.#batches();
    checkNeeds(this.#strategy.description, this.#options, 'new FitCallback()', this.model);
    if (this.#awaited) await this.#checkAwaited(initialEpoch ?? undefined);
    else if (store) await this.#keep(store, this.model, { resume: false });
    this.#noise = store && new LayerNoise(this.model, seed);
  }

  /** @internal */
  override async onEpochBegin(epoch: number): Promise<void> {
    if (this.#run) return;
    await this.#checkAwaited(epoch);
    await this.#begin();
  }

  async #begin(): Promise<void> {
    const { onEvent, clock = systemClock } = this.#options;
    const { stepsPerEpoch } = this.#size;
    const batches = this.#batches();
    this.#awaited = undefined;
    const resumed = this.#keeper?.resumed;
    const hear = this.#keeper?.history.relay(onEvent) ?? onEvent;
    this.#run = new Run({
      policy: this.#strategy.policy(this.#size),
      clock,
      actions: trainingActions({
        ...{ losses: this.#losses, keeper: this.#keeper },
        evaluate: batches && (() => evaluate(this.model, batches, () => this.#pace?.breathe())),
      }),
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
      ...(hear && { onEvent: hear }),
      ...(this.#keeper && { name: this.#keeper.name }),
      ...(resumed && { resume: resumeFrom(resumed) }),
    });
    this.#pace = new Pace(clock, this.#run);
    await this.#run.begin();
    // The last step of an epoch was saved before the epoch's own end.
    if (this.#run.position.stepInEpoch > 0) await this.#run.epoch();
  }

  #batches(): BatchSource | undefined {
    const { validation, batchSize = 32 } = this.#options;
    const where = 'new FitCallback(): validation';
    return validation && batchesOf(validation, { where, model: this.model, batchSize });
  }

  /** @internal */
  override async onBatchBegin(): Promise<void> {
    this.#noise?.enter(this.#run!.moment.step);
  }

  /** @internal */
  override async onBatchEnd(_batch: number, logs?: { readonly [name: string]: unknown }): Promise<void> {
    const run = this.#run!;
    this.#noise?.leave();
    // `fit` disposes of its own when the batch is over.
    if (logs?.loss) this.#losses.add(clone(logs.loss as Tensor) as Scalar);
    await run.step();
    await this.#pace!.breathe();
    if (run.stopped) this.model.stopTraining = true;
  }

  /** @internal */
  override async onEpochEnd(): Promise<void> {
    const run = this.#run!;
    this.#hearStop();
    // Where training was stopped within it, the epoch does not count.
    await run.epoch(!run.stopped || run.position.stepInEpoch === this.#size.stepsPerEpoch);
    if (run.stopped) this.model.stopTraining = true;
  }

  /** @internal */
  override async onTrainEnd(): Promise<void> {
    try {
      // Where there was no epoch left, this is its beginning too.
      if (!this.#run) await this.#begin();
      this.#hearStop();
      await this.#run!.end();
    } finally {
      await this.close();
    }
  }

  /** Others stop `fit` too: by `model.stopTraining`, which is all that there is of it. */
  #hearStop(): void {
    if (this.model.stopTraining) this.#run!.stop();
  }
}
