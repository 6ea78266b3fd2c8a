import { add, mean, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { LayerNoise } from './layer-noise.ts';
import type { Batch } from './training-data.ts';

/**
 * One step of training: the gradients of the model's loss on a batch, applied by its optimizer. What `model.fit` does in
 * a step, without its metrics and without reading the loss back. What the layers draw depends on the seed and on the
 * number of the step.
 *
 * @returns the loss before the step, which stays on the backend; the caller disposes of it.
 */
export function trainingStep(model: LayersModel, seed: number): (batch: Batch, step: number) => Scalar {
  const noise = new LayerNoise(model, seed);
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
  const lossOf = ({ xs, ys }: Batch): Scalar => {
    const outputs = outputsOf(model, xs, true);
    const losses = model.lossFunctions.map((loss, index) => mean(loss(ys[index]!, outputs[index]!)));
    return [...losses, ...model.calculateLosses()].reduce((sum, loss) => add(sum, loss)) as Scalar;
  };
  return (batch, step) => {
    noise.enter(step);
    try {
      return model.optimizer.minimize(() => lossOf(batch), true, variables)!;
    } finally {
      noise.leave();
    }
  };
}

/** What the model says to these inputs, one tensor for each of its outputs. */
export function outputsOf(model: LayersModel, xs: readonly Tensor[], training: boolean): Tensor[] {
  const input = xs.length === 1 ? xs[0]! : [...xs];
  const output = model.apply(input, { training }) as Tensor | Tensor[];
  return Array.isArray(output) ? output : [output];
}
