import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { GivenUp } from '../core/actions.ts';
import { checkKeys } from '../core/check-keys.ts';
import type { Clock } from '../core/clock.ts';
import { WallclockError } from '../core/errors.ts';
import type { JournalFile } from '../core/journal-file.ts';
import type { Moment } from '../core/moment.ts';
import { type ReadyStrategy, readyStrategy } from '../core/ready-strategy.ts';
import { resumeFrom } from '../core/resume-from.ts';
import { Run } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { systemClock } from '../system-clock.ts';
import { checkNeeds } from './check-needs.ts';
import { type CheckpointKeeper, checkResume, keepCheckpoints } from './checkpoint-keeper.ts';
import { compiledModel } from './compiled-model.ts';
import { evaluate } from './evaluate.ts';
import { LossAverage } from './loss-average.ts';
import { Pace } from './pace.ts';
import type { PauseSwitch } from './pause-switch.ts';
import type { SaveSwitch } from './save-switch.ts';
import { trainedModel } from './trained.ts';
import { trainingActions } from './training-actions.ts';
import { batchesOf, disposeBatch, type TrainingData } from './training-data.ts';
import { trainingStep } from './training-step.ts';

/** What {@link train} takes. */
export interface TrainOptions {
  /**
   * Tensors, whose first axis counts the examples, or a dataset of batches `{ xs, ys }`: of the shapes that `model.fit`
   * takes. Of a dataset the first batch tells.
   */
  data: TrainingData;
  /** When to log, evaluate, save and stop. A run needs a limit here, or a `signal`. */
  strategy: StrategyOptions | ReadyStrategy;
  /** What the model is evaluated on. Needed where the strategy evaluates. */
  validation?: TrainingData;
  /** Examples a step, for data in memory. Default 32. */
  batchSize?: number;
  /**
   * Seeds the order of the examples, drawn anew for each epoch, and dropout and noise of layers. A run that is gone on with
   * has to have the one it began with. Default 0.
   */
  seed?: number;
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
  /**
   * Ends the run after the step under way, with its final actions. An evaluation that is under way then is given up, and
   * not tried again.
   */
  signal?: AbortSignal;
  /** Pauses the run from outside. */
  pause?: PauseSwitch;
  /** Has the run saved from outside, where the strategy saves. */
  save?: SaveSwitch;
  /** Keeps every event; checkpoints record how far it has come, so that a resumed run goes on from there. Default: none. */
  journal?: JournalFile;
  /** Hears every event, in order, at once. */
  onEvent?: (event: RunEvent) => void;
  /** Hears of every step. It is on the path of training: be quick. The moment is valid during the call only. */
  onStep?: (moment: Readonly<Moment>) => void;
  /** Milliseconds that a step takes at least: a slower machine to try a strategy on. Default 0. */
  minimumStepTime?: number;
  /** Default: the machine's own clock. */
  clock?: Clock;
}

const KEYS = [
  'data',
  'strategy',
  'validation',
  'batchSize',
  'seed',
  'store',
  'resume',
  'signal',
  'pause',
  'save',
  'journal',
  'onEvent',
  'onStep',
  'minimumStepTime',
  'clock',
] as const satisfies readonly (keyof TrainOptions)[];

/**
 * Trains a compiled model, and logs, evaluates and saves by time.
 *
 * The loss is read back only when a log is due, so that the backend is never waited for in between. Between steps, about
 * every 25 ms (in Node 100 ms), timers and messages have their turn.
 *
 * @returns the state the run ended in; its `reason` says why it stopped.
 * @throws {WallclockError} for options that do not hold, before anything has started.
 * @example
 * ```ts
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
 * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
 * const xs = tf.linspace(-1, 1, 64).reshape([64, 1]);
 * const ended = await train(model, {
 *   data: { xs, ys: xs.mul(2) },
 *   strategy: { log: '1s', maxEpochs: 3 },
 *   onEvent: console.log,
 * });
 * console.log(ended.reason); // 'epochs'
 * ```
 */
export async function train(compiled: LayersModel, options: TrainOptions): Promise<RunState> {
  const checked = checkOptions(compiled, options);
  const { model, strategy } = checked;
  const { store, clock = systemClock } = options;

  const step = trainingStep(model, checked.seed);
  const losses = new LossAverage();
  const keeper =
    store &&
    (await keepCheckpoints({
      ...{ store, strategy, trained: trainedModel(model), losses, clock },
      resume: options.resume ?? false,
      stepsPerEpoch: checked.batches.length,
      seed: checked.seed,
      journal: options.journal,
    }));
  // From here on the store is this run's, however it ends.
  try {
    return await trainIn({ checked, options, step, losses, keeper });
  } finally {
    losses.dispose();
    await keeper?.close();
  }
}

interface Parts {
  readonly checked: ReturnType<typeof checkOptions>;
  readonly options: TrainOptions;
  readonly step: ReturnType<typeof trainingStep>;
  readonly losses: LossAverage;
  readonly keeper: CheckpointKeeper | undefined;
}

async function trainIn({ checked, options, step, losses, keeper }: Parts): Promise<RunState> {
  const { model, policy, batches, validation, where } = checked;
  const { signal, pause, save, journal, onEvent, onStep, clock = systemClock, minimumStepTime = 0 } = options;
  const hear = keeper?.history.relay(onEvent) ?? onEvent;
  const run: Run = new Run({
    policy,
    clock,
    actions: trainingActions({
      ...{ losses, keeper },
      evaluate:
        validation &&
        (() =>
          evaluate(
            model,
            validation,
            untilStopped(signal, () => pace.breathe()),
          )),
    }),
    ...(batches.length !== undefined && { stepsPerEpoch: batches.length }),
    ...(journal && { journal }),
    ...(hear && { onEvent: hear }),
    ...(keeper && { name: keeper.name }),
    ...(keeper?.resumed && { resume: resumeFrom(keeper.resumed) }),
  });
  const pace: Pace = new Pace(clock, run, {
    ...(pause && { pause }),
    ...(save && { save }),
    ...(signal && { signal }),
  });
  const stop = () => run.stop();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    await run.begin();
    while (!run.stopped) {
      const { epochs, stepInEpoch } = run.position;
      let steps = stepInEpoch;
      for await (const batch of batches.epoch(epochs, stepInEpoch)) {
        const begun = clock.now();
        try {
          losses.add(step(batch, run.moment.step));
        } finally {
          disposeBatch(batch);
        }
        if (minimumStepTime > 0) await pace.hold(begun, minimumStepTime);
        steps++;
        await run.step();
        onStep?.(run.moment);
        await pace.breatheBetweenSteps();
        if (run.stopped) break;
      }
      if (steps === 0) throw emptyData(where);
      if (!run.stopped || steps === batches.length) await run.epoch();
    }
    return await run.end();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function checkOptions(model: LayersModel, options: TrainOptions) {
  const where = 'train()';
  const compiled = compiledModel(model, where);
  checkKeys(options, KEYS, where);
  const strategy = readyStrategy(options.strategy);
  const { batchSize = 32, seed = 0, minimumStepTime = 0, data } = options;
  check(
    Number.isInteger(batchSize) && batchSize >= 1,
    'batchSize',
    'a whole number of at least 1',
    batchSize,
  );
  check(Number.isSafeInteger(seed), 'seed', 'a whole number', seed);
  const held = Number.isFinite(minimumStepTime) && minimumStepTime >= 0;
  check(held, 'minimumStepTime', 'milliseconds, 0 or more', minimumStepTime);
  for (const listener of ['onEvent', 'onStep'] as const) {
    const heard = options[listener];
    check(heard === undefined || typeof heard === 'function', listener, 'a function', heard);
  }
  const { journal } = options;
  const { write, position, sync = write } = journal ?? {};
  const keeps = [write, position, sync].every((member) => typeof member === 'function');
  check(journal === undefined || keeps, 'journal', 'a file of events, as jsonlFile() makes one', journal);
  checkNeeds(strategy.description, options, where, compiled);
  const { validation, store, signal } = options;
  checkResume(options.resume, where);
  check(!options.resume || store, 'store', 'a checkpoint store to resume from', store);
  check(signal === undefined || signal instanceof AbortSignal, 'signal', 'an AbortSignal', signal);
  const ends = signal !== undefined || strategy.bounded;
  check(ends, 'strategy', 'a limit (maxTime, maxSteps or maxEpochs) or a signal', options.strategy);
  const batches = batchesOf(data, { where: `${where}: data`, model: compiled, batchSize, shuffle: seed });
  return {
    model: compiled,
    where: `${where}: data`,
    strategy,
    seed,
    policy: strategy.policy(batches.length === undefined ? {} : { stepsPerEpoch: batches.length }),
    batches,
    validation:
      validation && batchesOf(validation, { where: `${where}: validation`, model: compiled, batchSize }),
  };

  function check(holds: unknown, option: string, expected: string, got: unknown): void {
    if (!holds) throw new WallclockError({ where: `${where}: ${option}`, expected, got });
  }
}

/** Breathes between the batches of an evaluation, and gives it up when it is to stop in its middle. */
function untilStopped(
  signal: AbortSignal | undefined,
  breathe: () => Promise<void> | undefined,
): () => Promise<void> | undefined {
  const begunAfter = signal?.aborted === true;
  return () => {
    if (!begunAfter && signal?.aborted) throw new GivenUp('train() was asked to stop.');
    return breathe();
  };
}

function emptyData(where: string): WallclockError {
  return new WallclockError({ where, expected: 'at least one batch', got: 'none' });
}
