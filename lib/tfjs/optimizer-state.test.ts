import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { readOptimizer, restoreOptimizer } from './optimizer-state.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

const OPTIMIZERS: [string, () => tf.Optimizer][] = [
  ['sgd', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['adagrad', () => tf.train.adagrad(0.1)],
  ['adadelta', () => tf.train.adadelta(0.5)],
  ['adam', () => tf.train.adam(0.1)],
  ['adamax', () => tf.train.adamax(0.1)],
  ['rmsprop', () => tf.train.rmsprop(0.1, 0.9, 0.5)],
  ['rmsprop, centred', () => tf.train.rmsprop(0.1, 0.9, 0.5, undefined, true)],
];

/** Two weights and a loss with its minimum at (3, 3, 3) and 3. */
function problem(): tf.Variable[] {
  return [tf.variable(tf.tensor1d([1, 2, 4]), true, `w${tf.util.now()}`), tf.variable(tf.scalar(0.5))];
}

function steps(optimizer: tf.Optimizer, weights: tf.Variable[], count: number): void {
  for (let step = 0; step < count; step++) {
    optimizer.minimize(
      () => tf.addN(weights.map((weight) => weight.sub(3).square().sum())) as tf.Scalar,
      false,
      weights,
    );
  }
}

const valuesOf = (weights: tf.Variable[]) => weights.map((weight) => [...weight.dataSync()]);

describe.each(OPTIMIZERS)('%s', (_, make) => {
  test('goes on to the same bits after it is restored', async () => {
    const optimizer = make();
    const weights = problem();
    steps(optimizer, weights, 7);
    const saved = await readOptimizer(optimizer);
    const copies = weights.map((weight) => tf.variable(weight.clone()));
    steps(optimizer, weights, 5);

    const revived = make();
    restoreOptimizer(revived, saved, copies, 'test');
    expect(revived.iterations).toBe(7);
    steps(revived, copies, 5);
    expect(valuesOf(copies)).toEqual(valuesOf(weights));
    expect(await readOptimizer(revived)).toEqual(await readOptimizer(optimizer));
  });

  test('a fresh one is restored to a fresh one', async () => {
    const used = make();
    const weights = problem();
    steps(used, weights, 3);
    restoreOptimizer(used, await readOptimizer(make()), weights, 'test');
    const copies = weights.map((weight) => tf.variable(weight.clone()));
    steps(used, weights, 2);
    steps(make(), copies, 2);
    expect(valuesOf(copies)).toEqual(valuesOf(weights));
  });
});

test('refuses the state of another optimizer, and of another model', async () => {
  const adam = tf.train.adam(0.1);
  const weights = problem();
  steps(adam, weights, 1);
  const saved = await readOptimizer(adam);
  expect(() =>
    restoreOptimizer(tf.train.sgd(0.1), saved, weights, 'optimizer.safetensors'),
  ).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: optimizer.safetensors, 'accumulatedFirstMoment.0': expected the state of SGD for this model, got '[3]'. Resume with the optimizer that the checkpoint was written with.]`,
  );
  const other = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(1))];
  expect(() =>
    restoreOptimizer(tf.train.adam(0.1), saved, other, 'optimizer.safetensors'),
  ).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: optimizer.safetensors, 'accumulatedFirstMoment.0': expected the state of Adam for this model, got '[3]'. Resume with the optimizer that the checkpoint was written with.]`,
  );
});
