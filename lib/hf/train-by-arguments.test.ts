import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { RunEvent } from '../core/run-event.ts';
import { manualClock } from '../testing/manual-clock.ts';
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
    ...['log', 'load checkpoint-4', 'end'],
  ]);
  expect((await store.list()).toSorted()).toEqual(['checkpoint-12', 'checkpoint-4']);
  expect(await trained(true)).toEqual(['begin', 'log', 'load checkpoint-4', 'end']);
});
