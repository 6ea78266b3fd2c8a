import { mean, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { metrics } from '@tensorflow/tfjs-layers';
import { train } from 'wallclock/tfjs';
import { permutation, seededRandom } from '../../lib/core/seeded-random.ts';
import type { PreparedDemo } from '../../lib/demos/prepared-demo.ts';
import { rowPicker } from '../../lib/tfjs/row-picker.ts';

/** So many examples a step, as the demo has it. */
export const BATCH_SIZE = 64;

/** What every contender is given: a fresh model, the same data, and the same number of passes over it. */
export interface Task extends Pick<PreparedDemo, 'model' | 'data'> {
  readonly epochs: number;
  /** Seeds the order of the examples. */
  readonly seed: number;
}

export type Contender = (task: Task) => Promise<void>;

export const CONTENDERS = { train: byTrain, bare: byBareLoop, fit: byFit } as const satisfies {
  readonly [name: string]: Contender;
};
export type ContenderName = keyof typeof CONTENDERS;
export const CONTENDER_NAMES = Object.keys(CONTENDERS) as ContenderName[];

/** Wallclock, which reads the loss back once a second. */
async function byTrain({ model, data, epochs, seed }: Task): Promise<void> {
  await train(model, { data, batchSize: BATCH_SIZE, seed, strategy: { log: '1s', maxEpochs: epochs } });
}

/** The least that a loop can do: the same batches, made in the same manner, and nothing is ever read back. */
async function byBareLoop({ epochs, ...task }: Task): Promise<void> {
  const step = await bareStep(task);
  const steps = epochs * Math.ceil(task.data.xs.shape[0]! / BATCH_SIZE);
  for (let count = 0; count < steps; count++) step();
}

/** @returns what makes the next step of a bare loop, in batches that go on from one pass over the data to the next. */
export async function bareStep({ model, data: { xs, ys }, seed }: Omit<Task, 'epochs'>): Promise<() => void> {
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
  const count = xs.shape[0]!;
  const [pickInputs, pickTargets] = await Promise.all([rowPicker(xs), rowPicker(ys)]);
  let epoch = 0;
  let start = 0;
  let order = permutation(count, seededRandom(seed, epoch));
  return () => {
    if (start >= count) {
      start = 0;
      order = permutation(count, seededRandom(seed, ++epoch));
    }
    const rows = order.subarray(start, start + BATCH_SIZE);
    start += BATCH_SIZE;
    const inputs = pickInputs(rows);
    const targets = pickTargets(rows);
    const loss = model.optimizer.minimize(
      () => {
        const outputs = model.apply(inputs, { training: true }) as Tensor;
        return mean(metrics.categoricalCrossentropy(targets, outputs)) as Scalar;
      },
      true,
      variables,
    );
    loss?.dispose();
    inputs.dispose();
    targets.dispose();
  };
}

/** What TensorFlow.js offers for this: a callback that is told of every batch's loss, which `fit` reads back for it. */
async function byFit({ model, data: { xs, ys }, epochs }: Task): Promise<void> {
  let sum = 0;
  await model.fit(xs, ys, {
    ...{ epochs, batchSize: BATCH_SIZE, shuffle: true, verbose: 0 },
    callbacks: {
      onBatchEnd: async (_, logs) => {
        sum += logs?.loss ?? Number.NaN;
      },
    },
  });
  if (!Number.isFinite(sum)) throw new Error(`The losses of fit add up to ${sum}.`);
}
