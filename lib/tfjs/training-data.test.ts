import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DataModel } from './model-slots.ts';
import { train } from './train.ts';
import { type BatchOptions, batchesOf, disposeBatch } from './training-data.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

/** One number in, one number out. */
const ONE = {
  ...{ inputs: [{ shape: [null, 1] }], inputNames: ['in'] },
  ...{ outputs: [{ shape: [null, 1] }], outputNames: ['out'], loss: 'meanSquaredError' },
} as unknown as DataModel;

/** The examples of an epoch, batch by batch; example n is the number n, with 10n as its target. */
async function batchesOfTen(options: Partial<BatchOptions>, epoch: number, from?: number) {
  const xs = tf.range(0, 10);
  const ys = xs.mul(10);
  const batches: number[][] = [];
  for await (const batch of batchesOf(
    { xs, ys },
    { where: 'data', model: ONE, batchSize: 4, ...options },
  ).epoch(epoch, from)) {
    const values = [...batch.xs[0]!.dataSync()];
    // Numbers are rows of one number.
    expect([batch.xs[0]!.shape, batch.ys[0]!.shape]).toEqual([
      [values.length, 1],
      [values.length, 1],
    ]);
    expect([...batch.ys[0]!.dataSync()]).toEqual(values.map((value) => value * 10));
    expect(batch.size).toBe(values.length);
    batches.push(values);
    disposeBatch(batch);
  }
  return batches;
}

test('in order where no shuffle is asked for', async () => {
  expect(await batchesOfTen({}, 0)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
});

test('shuffled: each example once, another order in each epoch, the same one at each time', async () => {
  const first = await batchesOfTen({ shuffle: 1 }, 0);
  const second = await batchesOfTen({ shuffle: 1 }, 1);
  for (const epoch of [first, second]) {
    expect(epoch.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(epoch.flat()).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  expect(second).not.toEqual(first);
  expect(await batchesOfTen({ shuffle: 1 }, 1)).toEqual(second);
});

test('from the middle of an epoch on', async () => {
  const whole = await batchesOfTen({ shuffle: 5 }, 3);
  expect(await batchesOfTen({ shuffle: 5 }, 3, 1)).toEqual(whole.slice(1));
});

test('a batch that is given up leaves no tensor behind', async () => {
  const xs = tf.range(0, 10);
  const source = batchesOf({ xs, ys: xs }, { where: 'data', model: ONE, batchSize: 4, shuffle: 0 });
  const before = tf.memory().numTensors;
  for await (const batch of source.epoch(0)) {
    disposeBatch(batch);
    break;
  }
  expect(tf.memory().numTensors).toBe(before);
});

test('numbers of a dataset are rows of one number too, where inputs and targets are one tensor as well', async () => {
  const before = tf.memory().numTensors;
  const dataset = {
    async iterator() {
      let left = 2;
      return {
        async next() {
          if (left-- === 0) return { value: undefined, done: true };
          const value = tf.range(0, 3);
          return { value: { xs: value, ys: value } };
        },
      };
    },
  };
  const shapes: unknown[] = [];
  for await (const batch of batchesOf(dataset, { where: 'data', model: ONE, batchSize: 4 }).epoch(0)) {
    shapes.push(batch.xs[0]!.shape, batch.ys[0]!.shape);
    disposeBatch(batch);
  }
  expect(shapes).toEqual([
    [3, 1],
    [3, 1],
    [3, 1],
    [3, 1],
  ]);
  expect(tf.memory().numTensors).toBe(before);
});

describe('several inputs by name', () => {
  const TWO = {
    ...ONE,
    ...{ inputs: [{ shape: [null, 1] }, { shape: [null, 2] }], inputNames: ['left', 'right'] },
  } as unknown as DataModel;
  const OPTIONS = { where: 'data', model: TWO, batchSize: 4 };
  const named = () => ({ right: tf.ones([4, 2]), left: tf.zeros([4, 1]) });
  const datasetOf = (xs: unknown) => ({
    async iterator() {
      const values = [{ value: { xs, ys: { out: tf.zeros([4, 1]) } } }];
      return { next: async () => values.pop() ?? { value: undefined, done: true } };
    },
  });

  test.each([
    ['in memory', () => ({ xs: named(), ys: { out: tf.zeros([4, 1]) } })],
    ['in a dataset', () => datasetOf(named())],
  ])('go in the order of the model: %s', async (_, data) => {
    const batches: unknown[] = [];
    for await (const { xs, ys } of batchesOf(data(), OPTIONS).epoch(0)) {
      batches.push([...xs, ...ys].map(({ shape }) => shape));
    }
    const shapes = [
      [4, 1],
      [4, 2],
      [4, 1],
    ];
    expect(batches).toEqual([shapes]);
  });

  test.each([
    ['one that is missing', () => ({ left: tf.zeros([4, 1]), wrong: tf.zeros([4, 2]) }), '{ left, wrong }'],
    ['what is no tensor', () => ({ left: tf.zeros([4, 1]), right: [1] }), '{ left, right }'],
    ['nothing', () => null, 'null'],
    ['one for two', () => tf.zeros([4, 1]), '{'],
  ])('are refused otherwise: %s', async (_, xs, got) => {
    const expected = `xs: expected an array of 2 tensors, in the model's order, or by name: left, right, got '${got}`;
    expect(() => batchesOf({ xs: xs(), ys: tf.zeros([4, 1]) }, OPTIONS)).toThrow(`data.${expected}`);
    const batches = batchesOf(datasetOf(xs()), OPTIONS).epoch(0)[Symbol.asyncIterator]();
    await expect(batches.next()).rejects.toThrow(`data: ${expected}`);
  });

  test('are trained on, as model.fit does', async () => {
    const inputs = ['left', 'right'].map((name, index) => tfl.input({ shape: [index + 1], name }));
    const units = { units: 1, kernelInitializer: 'ones' } as const;
    const sum = tfl.layers.dense(units).apply(tfl.layers.concatenate().apply(inputs));
    const model = tfl.model({ inputs, outputs: sum as tfl.SymbolicTensor });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const data = { xs: named(), ys: tf.zeros([4, 1]) };
    const before = model.getWeights()[0]!.clone();
    await model.fit(data.xs, data.ys, { verbose: 0 });
    const [kernel, bias] = model.getWeights() as [tf.Tensor, tf.Tensor];
    const fitted = kernel.dataSync().slice();
    model.setWeights([before, tf.zerosLike(bias)]);
    await train(model, { data, validation: data, strategy: { evaluate: '1 step', maxSteps: 1 } });
    expect(model.getWeights()[0]!.dataSync()).toEqual(fitted);
  });
});
