import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { RunEvent } from '../core/run-event.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { FitCallback } from '../tfjs/fit-callback.ts';
import { train } from '../tfjs/train.ts';
import { trainerStrategy } from './trainer-strategy.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

test('train() trains by training arguments: by epochs, with the best model at the end, and resumed when it is complete', async () => {
  const xs = tf.linspace(-1, 1, 64).reshape([64, 1]);
  const data = { xs, ys: xs.mul(2) };
  const store = memoryStore();
  const strategy = trainerStrategy({
    ...{ num_train_epochs: 3, logging_strategy: 'epoch', eval_strategy: 'epoch', save_strategy: 'epoch' },
    // Less is better, and it is the other way round here: the first one stays the best.
    ...{ load_best_model_at_end: true, greater_is_better: true, save_total_limit: 1 },
  });
  const trained = async (resume: boolean) => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const clock = manualClock();
    await train(model, { data, validation: data, batchSize: 16, strategy, store, resume, clock, onEvent });
    return events.map((event) => ('checkpoint' in event ? `${event.type} ${event.checkpoint}` : event.type));
  };
  expect(await trained(false)).toEqual([
    ...['begin', 'log', 'evaluate', 'save checkpoint-4'],
    ...['log', 'evaluate', 'save checkpoint-8', 'log', 'evaluate', 'save checkpoint-12'],
    ...['load checkpoint-4', 'end'],
  ]);
  expect((await store.list()).toSorted()).toEqual(['checkpoint-12', 'checkpoint-4']);
  expect(await trained(true)).toEqual(['begin', 'load checkpoint-4', 'end']);
});

test('what was saved at the last step of an epoch is gone on with, by train() and by fit', async () => {
  const data = { xs: tf.ones([20, 1]), ys: tf.ones([20, 1]) };
  const strategy = trainerStrategy({ max_steps: 15, save_steps: 5, logging_strategy: 'no' });
  const untrained = () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return model;
  };
  for (const by of ['train()', 'fit'] as const) {
    const store = memoryStore();
    const leaving = new AbortController();
    await train(untrained(), {
      ...{ data, batchSize: 4, strategy, store, clock: manualClock(), signal: leaving.signal },
      onEvent: ({ type }) => type === 'save' && leaving.abort(),
    });
    expect(await store.list(), by).toEqual(['checkpoint-5']);
    const model = untrained();
    const resumed = { strategy, store, clock: manualClock() };
    if (by === 'train()') {
      expect((await train(model, { ...resumed, data, batchSize: 4, resume: true })).step).toBe(15);
      continue;
    }
    const callback = new FitCallback(resumed);
    const initialEpoch = await callback.resume(model);
    expect(initialEpoch).toBe(1);
    const fit = { epochs: 3, initialEpoch, batchSize: 4, shuffle: false, verbose: 0, callbacks: [callback] };
    await model.fit(data.xs, data.ys, fit);
    expect(callback.state.step).toBe(15);
  }
});
