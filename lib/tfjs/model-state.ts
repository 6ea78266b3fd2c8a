import { tensor, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedTensor } from '../checkpoints/named-tensor.ts';
import { WallclockError } from '../core/errors.ts';
import { readVariables } from './variable-state.ts';

/** The model's weights, the trainable ones and the others, in the order of the layers. */
export function readWeights(model: LayersModel): Promise<NamedTensor[]> {
  return readVariables(model.weights.map((weight) => [weight.originalName, weight.read() as Variable]));
}

/**
 * Gives the model the weights of a checkpoint. They are matched by their order, because TensorFlow.js numbers the names
 * of layers anew in each process.
 *
 * @throws {WallclockError} where they do not fit; then the model is as it was.
 */
export function restoreWeights(model: LayersModel, tensors: readonly NamedTensor[], where: string): void {
  const { weights } = model;
  if (tensors.length !== weights.length) {
    throw new WallclockError({ where, expected: `${weights.length} weights`, got: tensors.length, fix: FIX });
  }
  for (const [index, weight] of weights.entries()) {
    const { name, dtype, shape } = tensors[index]!;
    if (weight.dtype === dtype && String(weight.shape) === String(shape)) continue;
    const expected = `${weight.dtype} of shape [${weight.shape}], as the model's '${weight.originalName}'`;
    throw new WallclockError({
      where: `${where}, '${name}'`,
      expected,
      got: `${dtype} [${shape}]`,
      fix: FIX,
    });
  }
  for (const [index, weight] of weights.entries()) {
    const { data, shape, dtype } = tensors[index]!;
    const value = tensor(data, [...shape], dtype);
    (weight.read() as Variable).assign(value);
    value.dispose();
  }
}

const FIX = 'Resume with the model that the checkpoint was written of.';
