import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test, vi } from 'vitest';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { RunEvent } from '../core/run-event.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { FitCallback, type FitCallbackOptions } from './fit-callback.ts';

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
