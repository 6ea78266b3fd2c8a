import '@tensorflow/tfjs';
import { parseSafetensorsMetadata } from '@huggingface/hub';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { RunEvent } from '../core/run-event.ts';
import { readTrainerState } from '../hf/trainer-state.ts';
import { train } from './train.ts';

/* What a run has written, read by others: Hugging Face's own reader of tensors, and ours of its histories. */

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

const store = memoryStore();
const events: RunEvent[] = [];

beforeAll(async () => {
  const xs = tf.linspace(-1, 1, 16).reshape([16, 1]);
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 2, inputShape: [1] }),
      tfl.layers.batchNormalization(),
      tfl.layers.dense({ units: 1, useBias: false }),
    ],
  });
  model.compile({ optimizer: tf.train.adamax(0.01), loss: 'meanSquaredError', metrics: ['mse'] });
  await train(model, {
    ...{ data: { xs, ys: xs }, validation: { xs, ys: xs }, batchSize: 4, store },
    strategy: { log: '2 steps', evaluate: '3 steps', save: '6 steps', maxSteps: 12 },
    onEvent: (event) => events.push(event),
  });
});

async function headerOf(file: string) {
  const bytes = new Uint8Array(await store.read('checkpoint-12', file));
  const { sharded, ...parsed } = await parseSafetensorsMetadata({
    ...{ repo: 'any/model', path: file, hubUrl: 'http://localhost' },
    async fetch(_, init) {
      const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '')!;
      const [from, to] = [Number(range[1]), Number(range[2]) + 1];
      const headers = { etag: '"1"', 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` };
      return new Response(bytes.slice(from, to), { status: 206, headers });
    },
  });
  expect(sharded).toBe(false);
  const { header } = parsed as { header: { [name: string]: { dtype: string; shape: number[] } } };
  return Object.entries(header).map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape}]`);
}

test('Hugging Face reads the weights', async () => {
  expect(await headerOf('model.safetensors')).toMatchInlineSnapshot(`
    [
      "dense_Dense1/kernel F32 [1,2]",
      "dense_Dense1/bias F32 [2]",
      "batch_normalization_BatchNormalization1/gamma F32 [2]",
      "batch_normalization_BatchNormalization1/beta F32 [2]",
      "dense_Dense2/kernel F32 [2,1]",
      "batch_normalization_BatchNormalization1/moving_mean F32 [2]",
      "batch_normalization_BatchNormalization1/moving_variance F32 [2]",
    ]
  `);
});

test('and the state of the optimizer', async () => {
  expect(await headerOf('optimizer.safetensors')).toMatchInlineSnapshot(`
    [
      "accumulatedFirstMoment.0 F32 [1,2]",
      "accumulatedFirstMoment.1 F32 [2]",
      "accumulatedFirstMoment.2 F32 [2]",
      "accumulatedFirstMoment.3 F32 [2]",
      "accumulatedFirstMoment.4 F32 [2,1]",
      "accumulatedWeightedInfNorm.0 F32 [1,2]",
      "accumulatedWeightedInfNorm.1 F32 [2]",
      "accumulatedWeightedInfNorm.2 F32 [2]",
      "accumulatedWeightedInfNorm.3 F32 [2]",
      "accumulatedWeightedInfNorm.4 F32 [2,1]",
      "iteration F32 []",
      "accBeta1 F32 []",
      "iterations I32 []",
    ]
  `);
});

test('the history is the run’s own, up to its step', async () => {
  const told = (all: readonly RunEvent[], last: number) =>
    all.flatMap((event) =>
      'metrics' in event && event.step <= last ? [[event.type, event.step, event.metrics]] : [],
    );
  for (const step of [6, 12]) {
    const text = new TextDecoder().decode(await store.read(`checkpoint-${step}`, 'trainer_state.json'));
    const read = told(readTrainerState(text), step);
    expect(read.length).toBeGreaterThan(step / 2);
    // One entry of that file is either a log or an evaluation: they come back in its order.
    expect(read).toEqual(told(events, step));
    expect(JSON.parse(text)).toMatchObject({
      global_step: step,
      epoch: step / 4,
      max_steps: 12,
      save_steps: 6,
    });
  }
});
