import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { checkShapes, slotsOf } from './model-slots.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

/** What `model.fit` says of the same data is what is held against it. */
async function taken(model: tfl.LayersModel, xs: tf.Tensor, ys: tf.Tensor) {
  const slots = slotsOf(model);
  const fitted = await model.fit(xs, ys, { epochs: 1, verbose: 0 }).then(
    () => true,
    () => false,
  );
  try {
    checkShapes([xs], slots.xs, 'xs');
    checkShapes([ys], slots.ys, 'ys');
    return { fitted, came: 'taken' };
  } catch (error) {
    return { fitted, came: (error as Error).message };
  }
}

function compiled(units: number, loss: tfl.ModelCompileArgs['loss'], inputShape: (number | null)[] = [2]) {
  const inputs = tfl.input({ shape: inputShape, name: 'in' });
  const outputs = tfl.layers.dense({ units, name: 'out', activation: 'sigmoid' }).apply(inputs);
  const model = tfl.model({ inputs, outputs: outputs as tfl.SymbolicTensor });
  model.compile({ optimizer: 'sgd', loss });
  return model;
}

const MSE = 'meanSquaredError';
const SPARSE = 'sparseCategoricalCrossentropy';
const CLASSES = 'categoricalCrossentropy';
const spread = (y: tf.Tensor, output: tf.Tensor) => output.sub(y).square();

interface Case {
  readonly name: string;
  readonly model: () => tfl.LayersModel;
  readonly xs: number[];
  readonly ys: number[];
  /** Default: it is taken. */
  readonly refused?: string;
}

test.each<Case>([
  { name: 'as it is', model: () => compiled(1, MSE), xs: [4, 2], ys: [4, 1] },
  { name: 'numbers for targets', model: () => compiled(1, MSE), xs: [4, 2], ys: [4] },
  { name: 'numbers for inputs', model: () => compiled(1, MSE, [1]), xs: [4], ys: [4, 1] },
  { name: 'numbers of classes', model: () => compiled(3, SPARSE), xs: [4, 2], ys: [4] },
  { name: 'the same in a column', model: () => compiled(3, [SPARSE]), xs: [4, 2], ys: [4, 1] },
  { name: 'by the name of the output', model: () => compiled(3, { out: SPARSE }), xs: [4, 2], ys: [4] },
  { name: 'of any length', model: () => compiled(1, MSE, [null, 2]), xs: [4, 7, 2], ys: [4, 7, 1] },
  {
    name: 'classes where their numbers go',
    ...{ model: () => compiled(3, SPARSE), xs: [4, 2], ys: [4, 3] },
    refused: "ys: expected a shape of [*, 1] for the model's output 'out', got [4,3].",
  },
  {
    name: 'numbers of classes where these go',
    ...{ model: () => compiled(3, CLASSES), xs: [4, 2], ys: [4] },
    refused: `ys: expected a shape of [*, 3] for the model's output 'out', got [4]. Reshape it, or give the model an output of that shape; the numbers of classes go with loss: '${SPARSE}'.`,
  },
  {
    name: 'targets that would be spread over the output',
    ...{ model: () => compiled(3, spread), xs: [4, 2], ys: [4, 1] },
    refused: "ys: expected a shape of [*, 3] for the model's output 'out', got [4,1].",
  },
  {
    name: 'an axis too few',
    ...{ model: () => compiled(1, MSE, [null, 2]), xs: [4, 2], ys: [4, 1] },
    refused: "xs: expected a shape of [*, *, 2] for the model's input 'in', got [4,2]. Reshape it, or",
  },
  {
    name: 'a single class',
    ...{ model: () => compiled(1, CLASSES), xs: [4, 2], ys: [4, 1] },
    refused: `ys: expected two classes or more for the model's output 'out', because the loss is '${CLASSES}', got [4,1].`,
  },
])('takes what model.fit takes, and refuses the rest: $name', async ({ model, xs, ys, refused }) => {
  const { fitted, came } = await taken(model(), tf.zeros(xs), tf.zeros(ys));
  expect(came).toContain(refused ?? 'taken');
  expect(fitted).toBe(refused === undefined);
});
