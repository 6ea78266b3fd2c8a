import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NamedTensor } from '../checkpoints/named-tensor.ts';
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
    `[WallclockError: optimizer.safetensors, 'accumulatedFirstMoment.0': expected the state of SGD for this model, got 'float32 [3]'. Resume with the optimizer that the checkpoint was written with.]`,
  );
  const other = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(1))];
  expect(() =>
    restoreOptimizer(tf.train.adam(0.1), saved, other, 'optimizer.safetensors'),
  ).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: optimizer.safetensors, 'accumulatedFirstMoment.0': expected the state of Adam for this model, got 'float32 [3]'. Resume with the optimizer that the checkpoint was written with.]`,
  );
});

describe('refuses a state that is not whole, and stays as it was', () => {
  /** What a state of three steps is refused with, after a change. */
  async function refusal(make: () => tf.Optimizer, change: (saved: NamedTensor[]) => NamedTensor[]) {
    const optimizer = make();
    const weights = problem();
    steps(optimizer, weights, 3);
    const saved = change(await readOptimizer(optimizer));
    const before = await readOptimizer(optimizer);
    let message = 'accepted';
    try {
      restoreOptimizer(optimizer, saved, weights, 'optimizer.safetensors');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(await readOptimizer(optimizer)).toEqual(before);
    return message.replace('optimizer.safetensors, ', '').replace(/ Resume .*/, '');
  }
  const without = (name: string) => (saved: NamedTensor[]) => saved.filter((tensor) => tensor.name !== name);
  const adam = () => tf.train.adam(0.1);

  test.each<[make: () => tf.Optimizer, change: (saved: NamedTensor[]) => NamedTensor[], message: string]>([
    [adam, without('iterations'), "'iterations': expected the state of Adam for this model, got 'none'."],
    [adam, without('accBeta2'), "'accBeta2': expected the state of Adam for this model, got 'none'."],
    [
      adam,
      without('accumulatedSecondMoment.0'),
      "'accumulatedSecondMoment.0': expected the state of Adam for this model, got 'none'.",
    ],
    [
      adam,
      (saved) => saved.filter(({ name }) => !name.includes('.') && !name.startsWith('acc')),
      "'accBeta1': expected the state of Adam for this model, got 'none'.",
    ],
    [
      () => tf.train.momentum(0.1, 0.9),
      (saved) => saved.filter(({ name }) => name === 'iterations'),
      "'accumulations.0': expected the state of Momentum for this model, got 'none'.",
    ],
    [
      () => tf.train.rmsprop(0.1, 0.9, 0, undefined, true),
      (saved) => saved.filter(({ name }) => !name.startsWith('accumulatedMeanGrads')),
      "'accumulatedMeanGrads.0': expected the state of RMSProp for this model, got 'none'.",
    ],
    [
      adam,
      (saved) => saved.map((tensor) => (tensor.shape.length === 1 ? { ...tensor, dtype: 'int32' } : tensor)),
      "'accumulatedFirstMoment.0': expected the state of Adam for this model, got 'int32 [3]'.",
    ],
    [
      adam,
      (saved) => [...saved, { ...saved[0]!, name: 'accumulatedFirstMoment.2' }],
      "'accumulatedFirstMoment.2': expected the state of Adam for this model, got 'float32 [3]'.",
    ],
    [
      adam,
      (saved) =>
        saved.map((tensor) =>
          tensor.name === 'iterations' ? { ...tensor, data: Int32Array.of(-1) } : tensor,
        ),
      "'iterations': expected the state of Adam for this model, got '-1'.",
    ],
  ])('%#', async (make, change, message) => {
    expect(await refusal(make, change)).toBe(message);
  });
});
