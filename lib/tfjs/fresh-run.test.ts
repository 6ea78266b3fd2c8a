import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { writeFiles } from '../checkpoints/checkpoint-writer.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { RunEvent } from '../core/run-event.ts';
import { FitCallback } from './fit-callback.ts';
import { stepHook } from './step-hook.ts';
import { train } from './train.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

function problem() {
  const xs = tf.linspace(-1, 1, 8).reshape([8, 1]);
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return { model, data: { xs, ys: xs.mul(2) } };
}

const STRATEGY = { save: '4 steps', maxSteps: 8 } as const;

type Begin = (store: CheckpointStore, onEvent: (event: RunEvent) => void) => Promise<unknown>;

const BEGINNINGS: readonly (readonly [name: string, begin: Begin])[] = [
  [
    'train()',
    (store, onEvent) => {
      const { model, data } = problem();
      return train(model, { data, batchSize: 2, strategy: STRATEGY, store, onEvent });
    },
  ],
  [
    'FitCallback',
    (store, onEvent) => {
      const { model, data } = problem();
      const callback = new FitCallback({ strategy: STRATEGY, store, onEvent });
      return model.fit(data.xs, data.ys, { epochs: 2, batchSize: 2, verbose: 0, callbacks: [callback] });
    },
  ],
  [
    'stepHook()',
    async (store, onEvent) => {
      const variables = [tf.variable(tf.scalar(0))];
      const hook = stepHook({ strategy: STRATEGY, variables, store, onEvent });
      await hook.begin();
      while (!hook.stopped) await hook.step();
      return hook.end();
    },
  ],
];

test.each(BEGINNINGS)(
  'a run that starts afresh is refused where there are checkpoints: %s',
  async (_, begin) => {
    const store = memoryStore();
    await begin(store, () => {});
    const listed = await store.list();
    const events: RunEvent[] = [];
    await expect(begin(store, (event) => events.push(event))).rejects.toThrow(
      'memory: expected no checkpoints, because the run starts afresh, got ["checkpoint-4","checkpoint-8"]. Give it a store of its own, go on with what is there (resume: true, or FitCallback.resume() before fit), or delete it.',
    );
    expect(events).toEqual([]);
    expect(await store.list()).toEqual(listed);
    await (await store.lock('another'))();
  },
);

test('but not for what was put aside, and not where all was deleted', async () => {
  const [[, begin]] = BEGINNINGS as [(typeof BEGINNINGS)[number]];
  const store = memoryStore();
  await begin(store, () => {});
  for (const name of await store.list()) await store.remove(name);
  await writeFiles(store, 'checkpoint-4.damaged', []);
  expect(await begin(store, () => {})).toMatchObject({ step: 8, failures: 0 });
});
