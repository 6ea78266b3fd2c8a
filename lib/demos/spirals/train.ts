import { mul, round, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../core/seeded-random.ts';
import { makeOptimizer } from '../make-optimizer.ts';
import type { Prepare } from '../prepared-demo.ts';
import { spiralPoints } from './spiral-points.ts';

const TRAINED = 512;
const TESTED = 256;
const LEARNING_RATE = 0.003;
/** Cells on a side of the painted plane. */
const CELLS = 64;

/** Two spirals, and a network of 2-16-16-1 units that has never seen them. */
export const prepare: Prepare = async ({ seed, optimizer }) => {
  const random = seededRandom(seed, 1);
  const learnt = spiralPoints(TRAINED, random);
  const tested = spiralPoints(TESTED, random);

  const dense = (name: string, units: number, activation: 'tanh' | 'sigmoid', nth: number) =>
    layers.dense({
      ...{ name, units, activation, ...(nth === 0 && { inputShape: [2] }) },
      // The arms wind closely: a first layer with small weights could only draw a straight line for a long time.
      kernelInitializer:
        nth === 0
          ? initializers.randomNormal({ stddev: 2, seed: seed * 8 })
          : initializers.glorotUniform({ seed: seed * 8 + nth }),
    });
  const model = sequential({
    layers: [
      dense('hidden-1', 16, 'tanh', 0),
      dense('hidden-2', 16, 'tanh', 1),
      dense('output', 1, 'sigmoid', 2),
    ],
  });
  model.compile({
    optimizer: makeOptimizer(optimizer, LEARNING_RATE),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  });

  const tensors = (of: typeof learnt) => ({
    xs: tensor2d(of.points, [of.labels.length, 2]),
    ys: tensor2d(Float32Array.from(of.labels), [of.labels.length, 1]),
  });
  const data = tensors(learnt);
  const validation = tensors(tested);
  const plane = tensor2d(cellCentres(), [CELLS * CELLS, 2]);

  return {
    model,
    data,
    validation,
    async frame() {
      const believed = tidy(() => round(mul(model.apply(plane) as Tensor, 255)));
      const values = Uint8Array.from(await believed.data());
      believed.dispose();
      return { kind: 'field', width: CELLS, height: CELLS, values, ...learnt };
    },
    dispose() {
      for (const tensor of [data.xs, data.ys, validation.xs, validation.ys, plane]) tensor.dispose();
      model.dispose();
    },
  };
};

/** x and y of each cell, row by row from the top left. */
function cellCentres(): Float32Array {
  const centre = (index: number) => ((index + 0.5) / CELLS) * 2 - 1;
  return Float32Array.from({ length: CELLS * CELLS * 2 }, (_, index) => {
    const cell = index >> 1;
    return index % 2 === 0 ? centre(cell % CELLS) : -centre(Math.floor(cell / CELLS));
  });
}
