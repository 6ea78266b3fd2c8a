import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { RunEvent } from '../core/run-event.ts';
import { type TrainOptions, train } from './train.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

async function trained(options: Partial<TrainOptions> & Pick<TrainOptions, 'strategy'>) {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  model.setWeights([tf.zeros([1, 1]), tf.zeros([1])]);
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
  const xs = tf.linspace(-1, 1, 64).reshape([64, 1]);
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent) => events.push(event);
  const state = await train(model, { data: { xs, ys: xs.mul(2) }, onEvent, ...options });
  const saves = events.flatMap((event) => (event.type === 'save' ? [event] : []));
  return { weights: model.getWeights().map((weight) => [...weight.dataSync()]), state, saves };
}

test('a run goes on from an older checkpoint; the later ones go when it has saved for the first time', async () => {
  const store = memoryStore();
  const strategy = { save: '5 steps', maxSteps: 20 } as const;
  const whole = await trained({ strategy, store });
  const again = await trained({
    ...{ store, resume: 'checkpoint-10' },
    strategy: { save: '4 steps', maxSteps: 20 },
  });
  expect(again.state).toMatchObject({ step: 20, resumedFrom: 'checkpoint-10' });
  expect(again.weights).toEqual(whole.weights);
  expect(again.saves.map(({ step, deleted }) => [step, deleted])).toEqual([
    [14, ['checkpoint-15', 'checkpoint-20']],
    [18, []],
    [20, []],
  ]);
  expect(sortCheckpoints(await store.list())).toEqual([
    ...['checkpoint-5', 'checkpoint-10', 'checkpoint-14', 'checkpoint-18', 'checkpoint-20'],
  ]);
});

test('one of the same name is replaced and not deleted', async () => {
  const store = memoryStore();
  await trained({ strategy: { save: '5 steps', maxSteps: 15 }, store });
  const again = await trained({
    ...{ store, resume: 'checkpoint-5' },
    strategy: { save: '5 steps', maxSteps: 10 },
  });
  expect(again.saves.map(({ step, deleted }) => [step, deleted])).toEqual([[10, ['checkpoint-15']]]);
  expect(sortCheckpoints(await store.list())).toEqual(['checkpoint-5', 'checkpoint-10']);
});

test('one that is not there is refused, and nothing is changed; so is what is no name', async () => {
  const store = memoryStore();
  const strategy = { save: '5 steps', maxSteps: 10 } as const;
  await trained({ strategy, store });
  await expect(trained({ strategy, store, resume: 'checkpoint-7' })).rejects.toThrow(
    /^memory: expected checkpoint-7, whole, got .*Name one that is there/,
  );
  await expect(trained({ strategy, store, resume: 'seven' })).rejects.toThrow(
    "train(): resume: expected true, false or a checkpoint's name, like 'checkpoint-40', got 'seven'.",
  );
  expect(sortCheckpoints(await store.list())).toEqual(['checkpoint-5', 'checkpoint-10']);
});

test('with another seed other examples would come: it is refused, and nothing is changed', async () => {
  const store = memoryStore();
  const strategy = { save: '5 steps', maxSteps: 10 } as const;
  await trained({ strategy, store, seed: 3 });
  const again = { store, resume: true, strategy: { save: '5 steps', maxSteps: 15 } } as const;
  await expect(trained(again)).rejects.toThrow(
    'memory/checkpoint-10: expected seed 3, with which the run began, got 0. Resume with seed: 3.',
  );
  expect((await trained({ ...again, seed: 3 })).state).toMatchObject({
    step: 15,
    resumedFrom: 'checkpoint-10',
  });
});
