import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readCheckpoint } from '../checkpoints/checkpoint.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { writeFiles } from '../checkpoints/checkpoint-writer.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { FitCallback, type FitCallbackOptions } from './fit-callback.ts';
import { readOptimizer } from './optimizer-state.ts';
import { stepHook } from './step-hook.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

/** A model whose every step takes a second on the clock. */
function problem() {
  const xs = tf.linspace(-1, 1, 64).reshape([64, 1]);
  const data = { xs, ys: xs.mul(2).add(1) };
  const model = tfl.sequential({
    layers: [tfl.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  const clock = manualClock();
  const minimize = model.optimizer.minimize.bind(model.optimizer);
  model.optimizer.minimize = (...args) => {
    clock.advance(1000);
    return minimize(...args);
  };
  return { model, data, clock };
}

async function fitBy(strategy: FitCallbackOptions['strategy'], epochs: number) {
  const { model, data, clock } = problem();
  const events: RunEvent[] = [];
  const callback = new FitCallback({
    ...{ strategy, clock, validation: data, store: memoryStore() },
    onEvent: (event) => events.push(event),
  });
  await model.fit(data.xs, data.ys, { epochs, batchSize: 16, verbose: 0, callbacks: [callback] });
  return { events, callback };
}

test('logs, evaluates and saves by time within fit', async () => {
  const { events, callback } = await fitBy({ log: '3s', evaluate: '5s', save: '6s' }, 2);
  expect(events.map(({ type, step, epoch }) => `${type} ${step} ${epoch}`)).toEqual([
    'begin 0 0',
    'log 3 0.75',
    'evaluate 5 1.25',
    'log 6 1.5',
    'save 6 1.5',
    'log 8 2',
    'evaluate 8 2',
    'save 8 2',
    'end 8 2',
  ]);
  expect(callback.state).toMatchObject({ reason: 'finished', checkpoints: ['checkpoint-6', 'checkpoint-8'] });
});

test('stops fit when the time is used up', async () => {
  const { callback } = await fitBy({ maxTime: '5s' }, 100);
  expect(callback.state).toMatchObject({ reason: 'time', step: 5 });
});

test('stops fit when the epochs are used up', async () => {
  const { callback } = await fitBy({ maxEpochs: 3 }, 100);
  expect(callback.state).toMatchObject({ reason: 'epochs', step: 12 });
});

test('tells that another callback has stopped fit when an epoch was over, as early stopping does', async () => {
  const { model, data, clock } = problem();
  class Enough extends tfl.Callback {
    override async onEpochEnd(epoch: number) {
      if (epoch === 1) this.model.stopTraining = true;
    }
  }
  const callback = new FitCallback({ strategy: { log: '3s' }, clock });
  const callbacks = [callback, new Enough()];
  await model.fit(data.xs, data.ys, { epochs: 9, batchSize: 16, verbose: 0, callbacks });
  expect(callback.state).toMatchObject({ reason: 'stopped', step: 8, epoch: 2 });
});

test('works within fitDataset', async () => {
  const { model, clock } = problem();
  const dataset = tfd
    .array([0, 1, 2, 3])
    .map((value) => ({ xs: tf.tensor2d([[value as number]]), ys: tf.tensor2d([[1]]) }))
    .batch(2);
  const batches = dataset
    .map((batch) => {
      const { xs, ys } = batch as { xs: tf.Tensor; ys: tf.Tensor };
      return { xs: xs.reshape([-1, 1]), ys: ys.reshape([-1, 1]) };
    })
    .repeat(2);
  const callback = new FitCallback({ strategy: { log: '2s' }, clock });
  await model.fitDataset(batches as never, {
    epochs: 2,
    batchesPerEpoch: 2,
    verbose: 0,
    callbacks: [callback],
  });
  expect(callback.state).toMatchObject({ step: 4, epoch: 2, reason: 'finished', log: { count: 2 } });
});

test('reads the loss back only when a log is due', async () => {
  const read = vi.spyOn(tf.Tensor.prototype, 'data');
  const { model, data, clock } = problem();
  const callback = new FitCallback({ strategy: { log: '10s', final: { log: false } }, clock });
  await model.fit(data.xs, data.ys, { epochs: 5, batchSize: 16, verbose: 0, callbacks: [callback] });
  // Two logs; the rest are of fit itself, which reads the means of each of the five epochs.
  const own = read.mock.calls.length;
  read.mockClear();
  await model.fit(data.xs, data.ys, {
    ...{ epochs: 5, batchSize: 16, verbose: 0 },
    callbacks: [new FitCallback({ strategy: {}, clock })],
  });
  expect(own - read.mock.calls.length).toBe(2);
  read.mockRestore();
});

test('refuses options that do not hold before fit has started', () => {
  expect(() => new FitCallback({ strategy: { save: '1s' } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: new FitCallback(): store: expected a checkpoint store, because the strategy has 'save', got undefined.]`,
  );
  expect(() => new FitCallback({ strategy: { evaluate: '1s' } })).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: new FitCallback(): validation: expected data, because the strategy has 'evaluate', got undefined.]`,
  );
  expect(
    () => new FitCallback({ strategy: { log: '5 minuets' as '5m' } }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: strategy.log: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.]`,
  );
});

test('evaluates on numbers as model.evaluate does', async () => {
  const { model, data, clock } = problem();
  const validation = { xs: data.xs, ys: data.ys.flatten() };
  const callback = new FitCallback({ strategy: { evaluate: '1 epoch' }, validation, clock });
  await model.fit(validation.xs, validation.ys, { epochs: 2, verbose: 0, callbacks: [callback] });
  const loss = model.evaluate(validation.xs, validation.ys) as tf.Scalar;
  expect(callback.state.evaluate.last!.metrics.loss).toBeCloseTo(loss.dataSync()[0]!, 5);
});

test('validation that does not fit the model is refused before anything has started', async () => {
  const { model, data, clock } = problem();
  const validation = { xs: data.xs, ys: tf.zeros([64, 3]) };
  const callback = new FitCallback({ strategy: { evaluate: '1 epoch' }, validation, clock });
  await expect(model.fit(data.xs, data.ys, { verbose: 0, callbacks: [callback] })).rejects.toThrow(
    "new FitCallback(): validation.ys: expected a shape of [*, 1] for the model's output",
  );
  expect(callback.state.events).toBe(0);
});

test('behind a plain object it is refused, in words', async () => {
  const { model, data } = problem();
  const callback = new FitCallback({ strategy: { log: '3s' } });
  const callbacks = [{ onEpochEnd: async () => {} }, callback] as unknown as tfl.Callback[];
  await expect(
    model.fit(data.xs, data.ys, { verbose: 0, callbacks }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: model.fit(): callbacks: expected the FitCallback first, and no plain object beside it, got 'a plain object before it'. Write callbacks: [fitCallback, …], and make the others a tf.CustomCallback.]`,
  );
  expect(callback.state.events).toBe(0);
});

test('an epoch in which training was stopped does not count', async () => {
  const { callback } = await fitBy({ maxSteps: 3, evaluate: '1 epoch' }, 2);
  expect(callback.state).toMatchObject({ reason: 'steps', step: 3, epoch: 0.75 });
  const whole = await fitBy({ maxSteps: 4 }, 2);
  expect(whole.callback.state).toMatchObject({ step: 4, epoch: 1 });
});

test('a batch size that would never end is refused', () => {
  expect(() => new FitCallback({ strategy: {}, batchSize: 0 })).toThrow(
    'new FitCallback(): batchSize: expected a whole number of at least 1, got 0.',
  );
});

describe('resumes', () => {
  const STRATEGY = {
    ...{ log: '3s', evaluate: '2 steps', save: '1 epoch or 3s', maxSteps: 15 },
    best: { metric: 'loss' },
  } as const satisfies StrategyOptions;

  /** One process, which fits from the beginning or from where the last one was interrupted. */
  async function fitOnce(
    store: CheckpointStore,
    cutAt?: number,
    {
      strategy = STRATEGY as StrategyOptions,
      epochs = 4,
      resume = true,
      seed = 5,
      dataset = false,
      stopAt = 0,
    } = {},
  ) {
    const { data, clock } = problem();
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 4,
          inputShape: [1],
          kernelInitializer: tfl.initializers.glorotNormal({ seed: 1 }),
        }),
        tfl.layers.dropout({ rate: 0.2 }),
        tfl.layers.dense({ units: 1, kernelInitializer: tfl.initializers.glorotNormal({ seed: 2 }) }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    const minimize = model.optimizer.minimize.bind(model.optimizer);
    model.optimizer.minimize = (...args) => {
      clock.advance(1000);
      return minimize(...args);
    };
    const events: RunEvent[] = [];
    const callback = new FitCallback({
      ...{ strategy, clock, seed, validation: data, store },
      onEvent: (event) => events.push(event),
    });
    const powerCut = new Error('power cut');
    class PowerCut extends tfl.Callback {
      override async onBatchEnd() {
        if (++steps === cutAt) throw powerCut;
        if (steps === stopAt) this.model.stopTraining = true;
      }
    }
    const initialEpoch = resume ? await callback.resume(model) : 0;
    let steps = initialEpoch * 4;
    const callbacks = [callback, new PowerCut()];
    const given = { epochs, initialEpoch, verbose: 0, callbacks } as const;
    const fitted = dataset
      ? model.fitDataset(batched(data), given)
      : model.fit(data.xs, data.ys, { ...given, shuffle: false, batchSize: 16 });
    await fitted.catch(async (error: unknown) => {
      if (error !== powerCut) throw error;
      await callback.close();
    });
    const weights = model.getWeights().map((weight) => weight.dataSync().slice());
    return {
      initialEpoch,
      events,
      callback,
      weights,
      optimizer: await readOptimizer(model.optimizer),
      model,
    };
  }

  /** The same batches as `fit` makes of it. */
  const batched = ({ xs, ys }: ReturnType<typeof problem>['data']) =>
    tfd.zip({ xs: tfd.array(tf.unstack(xs)), ys: tfd.array(tf.unstack(ys)) }).batch(16);

  const told = (events: readonly RunEvent[]) =>
    events.flatMap(({ type, step, elapsed, ...event }) =>
      'metrics' in event && step > 12 ? [{ type, step, elapsed, metrics: event.metrics }] : [],
    );

  test.each([[[4]], [[6]], [[13]], [[9, 14]], [[5, 10, 13]]])(
    'to the same bytes, interrupted after the steps %j, from the ends of epochs',
    async (cuts) => {
      const whole = await fitOnce(memoryStore());
      const store = memoryStore();
      for (const cutAt of cuts) await fitOnce(store, cutAt);
      const again = await fitOnce(store);
      expect(again.initialEpoch).toBe(Math.floor(cuts.at(-1)! / 4));
      expect(again.weights).toEqual(whole.weights);
      expect(again.optimizer).toEqual(whole.optimizer);
      expect(told(again.events)).toEqual(told(whole.events));
      expect(again.callback.state).toMatchObject({ reason: 'steps', step: 15, epoch: 3.75 });
    },
  );

  test.each([[[4]], [[6]], [[9, 14]]])(
    'to the same bytes through fitDataset, interrupted after the steps %j',
    async (cuts) => {
      const whole = await fitOnce(memoryStore());
      const store = memoryStore();
      for (const cutAt of cuts) await fitOnce(store, cutAt, { dataset: true });
      const again = await fitOnce(store, undefined, { dataset: true });
      expect(again.initialEpoch).toBe(Math.floor(cuts.at(-1)! / 4));
      expect(again.weights).toEqual(whole.weights);
      expect(again.optimizer).toEqual(whole.optimizer);
      expect(told(again.events)).toEqual(told(whole.events));
      expect(again.callback.state).toMatchObject({ reason: 'steps', step: 15, epoch: 3.75 });
    },
  );

  test.each([false, true])(
    'to the same bytes where another callback stopped it within an epoch, which does not count (dataset: %s)',
    async (dataset) => {
      const strategy = { log: '3s', save: '1 epoch' } as const;
      const whole = await fitOnce(memoryStore(), undefined, { strategy, dataset });
      const store = memoryStore();
      const first = await fitOnce(store, undefined, { strategy, dataset, stopAt: 6 });
      expect(first.callback.state).toMatchObject({ reason: 'stopped', step: 6 });
      const { run } = await readCheckpoint(store, 'checkpoint-6');
      expect(run).toMatchObject({ epochs: 1, stepInEpoch: 2 });
      const again = await fitOnce(store, undefined, { strategy, dataset });
      expect(again.initialEpoch).toBe(1);
      expect(again.callback.state).toMatchObject({ reason: 'finished', step: 16, epoch: 4 });
      expect(again.weights).toEqual(whole.weights);
    },
  );

  test('where another callback stopped it at the end of an epoch, which counts', async () => {
    const store = memoryStore();
    const strategy = { save: '1h' } as const;
    const first = await fitOnce(store, undefined, { strategy, stopAt: 8 });
    expect(first.callback.state).toMatchObject({ reason: 'stopped', step: 8, epoch: 2 });
    expect((await fitOnce(store, undefined, { strategy })).initialEpoch).toBe(2);
  });

  test('afresh where there is nothing to resume, and lets go of the store', async () => {
    const store = memoryStore();
    const first = await fitOnce(store);
    expect(first.initialEpoch).toBe(0);
    expect(first.events[0]).toMatchObject({ type: 'begin', step: 0 });
    await (await store.lock('another'))();
  });

  test('a complete run: fit then does nothing', async () => {
    const strategy = { save: '1 epoch', maxEpochs: 2 } as const;
    const store = memoryStore();
    const first = await fitOnce(store, undefined, { strategy });
    const again = await fitOnce(store, undefined, { strategy });
    expect(again.initialEpoch).toBe(Number.POSITIVE_INFINITY);
    expect(again.weights).toEqual(first.weights);
    expect(again.callback.state).toMatchObject({ reason: 'epochs', step: 8, epoch: 2 });
    const dataset = await fitOnce(store, undefined, { strategy, dataset: true });
    expect(dataset.weights).toEqual(first.weights);
    expect(dataset.callback.state).toMatchObject({ reason: 'epochs', step: 8, epoch: 2 });
  });

  test('an epoch whose last step was saved, but whose end was not told', async () => {
    const strategy = { save: '4 steps', maxEpochs: 3 } as const;
    const store = memoryStore();
    await fitOnce(store, 8, { strategy });
    const again = await fitOnce(store, undefined, { strategy });
    expect(again.initialEpoch).toBe(2);
    expect(again.weights).toEqual((await fitOnce(memoryStore(), undefined, { strategy })).weights);
    // And where that end is the end of the run, nothing is left.
    const ended = memoryStore();
    await fitOnce(ended, 12, { strategy });
    expect((await fitOnce(ended, undefined, { strategy })).initialEpoch).toBe(Number.POSITIVE_INFINITY);
  });

  test('not from the middle of an epoch, where more than the first one would be lost', async () => {
    const store = memoryStore();
    await fitOnce(store, 7, { strategy: { save: '3 steps' } });
    await expect(fitOnce(store)).rejects.toThrow(
      `memory: expected a whole checkpoint from the end of an epoch, because fit begins with one, got ["checkpoint-6","checkpoint-3"]. Go on with train(), or begin anew in another place, and save at the ends of epochs too: save: { every: '5m or 1 epoch', anchor: 'grid' }.`,
    );
    expect(await store.list()).toEqual(['checkpoint-3', 'checkpoint-6']);
  });

  test('anew, where it has died in its first epoch: its checkpoints go when it has saved again', async () => {
    const strategy = { save: { every: '2 steps or 1 epoch', anchor: 'grid' }, maxSteps: 6 } as const;
    const store = memoryStore();
    const first = await fitOnce(store, 3, { strategy });
    // Once more, before it has saved.
    const second = await fitOnce(store, 1, { strategy });
    expect([second.initialEpoch, await store.list()]).toEqual([0, ['checkpoint-2']]);
    const inSteps = await fitOnce(store, 2, { strategy: { save: '1 step' } });
    expect(inSteps.events.filter(({ type }) => type === 'warn')).toMatchObject([
      {
        step: 1,
        message:
          'The run has begun anew, because it had come to the end of no epoch, and fit begins with one: what it had saved of its first goes (checkpoint-2).',
      },
    ]);
    expect(await store.list()).toEqual(['checkpoint-1', 'checkpoint-2']);
    const last = await fitOnce(store, undefined, { strategy });
    expect(last.events[0]).toMatchObject({ type: 'begin', step: 0 });
    expect(last.callback.state).toMatchObject({ run: first.callback.state.run, reason: 'steps', step: 6 });
    expect(await store.list()).toEqual(['checkpoint-2', 'checkpoint-4', 'checkpoint-6']);
    expect(last.weights).toEqual((await fitOnce(memoryStore(), undefined, { strategy })).weights);
    // From here on there is the end of an epoch.
    expect((await fitOnce(store, undefined, { strategy })).initialEpoch).toBe(1);
  });

  test('not anew, where what is there may be more than the beginning of an epoch', async () => {
    const strategy = { save: '2 steps' } as const;
    const refused = 'expected a whole checkpoint from the end of an epoch';
    // A loop by hand, which has told of no epoch.
    const byHand = memoryStore();
    const { model, data } = problem();
    const hook = stepHook({ strategy, store: byHand, variables: [tf.variable(tf.scalar(0))] });
    await hook.begin();
    for (let step = 0; step < 9; step++) await hook.step();
    await hook.end();
    const callback = new FitCallback({ strategy, store: byHand, validation: data });
    await expect(callback.resume(model)).rejects.toThrow(refused);
    // A damaged one beside it.
    const store = memoryStore();
    await fitOnce(store, 3, { strategy });
    await writeFiles(store, 'checkpoint-3', []);
    await expect(fitOnce(store, undefined, { strategy })).rejects.toThrow(refused);
    expect(await store.list()).toEqual(['checkpoint-2', 'checkpoint-3']);
    await (await store.lock('another'))();
  });

  test('by the strategy that is said to: each end of an epoch has a checkpoint, whatever was saved in between', async () => {
    const strategy = { save: { every: '3s or 1 epoch', anchor: 'grid' } } as const;
    const { events } = await fitOnce(memoryStore(), undefined, { strategy });
    const saves = events.flatMap(({ type, step }) => (type === 'save' ? [step] : []));
    expect(saves).toEqual([3, 4, 6, 8, 9, 12, 15, 16]);
  });

  test('from the newest end of an epoch, which no rule deletes until there is a newer one', async () => {
    const strategy = { save: '1 epoch', maxTime: '7s', keep: { latest: 1 } } as const;
    const store = memoryStore();
    await fitOnce(store, undefined, { strategy });
    expect(await store.list()).toEqual(['checkpoint-4', 'checkpoint-7']);
    // Nor does a run that was resumed, and has saved no other.
    const inEpoch = { save: '2 steps', keep: { latest: 1 } } as const;
    await fitOnce(store, 7, { strategy: inEpoch });
    expect(await store.list()).toEqual(['checkpoint-4', 'checkpoint-6']);
    const again = await fitOnce(store, undefined, { strategy: { ...strategy, maxTime: '9s' } });
    expect(again.initialEpoch).toBe(1);
    expect(await store.list()).toEqual(['checkpoint-8', 'checkpoint-9']);
  });

  test('only with what the run began with', async () => {
    const store = memoryStore();
    await fitOnce(store, 10);
    const { data, clock } = problem();
    const begin = async ({
      seed = 5,
      ...options
    }: Partial<Record<'initialEpoch' | 'batchSize' | 'seed', number>>) => {
      const { model } = await fitOnce(memoryStore(), 0);
      const callback = new FitCallback({ strategy: STRATEGY, clock, validation: data, store, seed });
      await callback.resume(model);
      const given = { epochs: 4, initialEpoch: 2, batchSize: 16, verbose: 0 } as const;
      await model.fit(data.xs, data.ys, { ...given, ...options, callbacks: [callback] });
    };
    await expect(begin({ initialEpoch: 0 })).rejects.toThrow(
      'model.fit(): initialEpoch: expected 2, where the checkpoint stands, got 0.',
    );
    await expect(begin({ batchSize: 32 })).rejects.toThrow(
      'model.fit(): batchSize: expected 4 batches an epoch, as before, got 2.',
    );
    await expect(begin({ seed: 6 })).rejects.toThrow('expected seed 5, with which the run began, got 6.');
    // `fitDataset` tells of its first epoch only as that begins.
    const { model } = await fitOnce(memoryStore(), 0);
    const events: RunEvent[] = [];
    const callback = new FitCallback({
      ...{ strategy: STRATEGY, clock, validation: data, store, seed: 5 },
      onEvent: (event) => events.push(event),
    });
    await callback.resume(model);
    await expect(
      model.fitDataset(batched(data), { epochs: 4, verbose: 0, callbacks: [callback] }),
    ).rejects.toThrow('model.fit(): initialEpoch: expected 2, where the checkpoint stands, got 0.');
    expect(events).toEqual([]);
    // The store is free again.
    await (await store.lock('another'))();
  });

  test('only with a store, and what the layers allow', async () => {
    const { model } = problem();
    await expect(new FitCallback({ strategy: {} }).resume(model)).rejects.toThrow(
      'FitCallback.resume(): expected a callback with a checkpoint store, got undefined.',
    );
    const stateful = tfl.sequential({
      layers: [tfl.layers.lstm({ units: 1, stateful: true, batchInputShape: [2, 3, 4], name: 'memory' })],
    });
    stateful.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(new FitCallback({ strategy: {}, store: memoryStore() }).resume(stateful)).rejects.toThrow(
      "FitCallback.resume(): model, layer 'memory': expected a layer that can go on from a checkpoint",
    );
  });
});
