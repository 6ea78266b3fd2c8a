import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WallclockError } from '../core/errors.ts';

/** What of a model says which data is for it. */
export type DataModel = Pick<LayersModel, 'inputs' | 'inputNames' | 'outputs' | 'outputNames' | 'loss'>;

/** Where a tensor of the data goes: an input, or an output that it is the target of. */
export interface Slot {
  /** As the model calls it, by which data may be given as well. */
  readonly key: string;
  /** As messages call it. */
  readonly name: string;
  /** Of a batch. Null where any length will do. */
  readonly shape: readonly (number | null)[];
  readonly loss?: unknown;
  readonly fix: string;
}

/** The model's inputs and outputs, in order, with what `model.fit` takes for each. */
export function slotsOf(model: DataModel): { readonly xs: readonly Slot[]; readonly ys: readonly Slot[] } {
  const { inputs, inputNames, outputs, outputNames } = model;
  return {
    xs: inputs.map(({ shape }, index) => ({
      key: inputNames[index]!,
      name: `the model's input '${inputNames[index]}'`,
      shape,
      fix: 'Reshape it, or give the model that inputShape.',
    })),
    ys: outputs.map(({ shape }, index) => {
      const loss = lossOf(model, index);
      return {
        key: outputNames[index]!,
        name: `the model's output '${outputNames[index]}'`,
        // A class is told by its number, for which the output has an axis.
        shape: loss === 'sparseCategoricalCrossentropy' ? [...shape.slice(0, -1), 1] : shape,
        loss,
        fix: "Reshape it, or give the model an output of that shape; the numbers of classes go with loss: 'sparseCategoricalCrossentropy'.",
      };
    }),
  };
}

/**
 * Targets of another shape than the output would be spread over it, and something else be learnt. The first axis counts
 * the examples, and is not looked at.
 *
 * @throws {WallclockError} for a tensor that `model.fit` would not take.
 */
export function checkShapes(tensors: readonly Tensor[], slots: readonly Slot[], where: string): void {
  for (const [index, tensor] of tensors.entries()) {
    const { name, shape, loss, fix } = slots[index]!;
    // Numbers are rows of one number.
    const taken = tensor.shape.length === 1 ? [1] : tensor.shape.slice(1);
    const wanted = shape.slice(1);
    const fits =
      taken.length === wanted.length && wanted.every((side, axis) => (side ?? taken[axis]) === taken[axis]);
    if (!fits) {
      const expected = `a shape of [${['*', ...wanted.map((side) => side ?? '*')].join(', ')}] for ${name}`;
      throw new WallclockError({ where, expected, got: tensor.shape, fix });
    }
    if (loss === 'categoricalCrossentropy' && taken.at(-1) === 1) {
      const expected = `two classes or more for ${name}, because the loss is '${loss}'`;
      const instead = "Compile with loss: 'binaryCrossentropy', or with an output for each class.";
      throw new WallclockError({ where, expected, got: tensor.shape, fix: instead });
    }
  }
}

function lossOf({ loss, outputNames }: DataModel, index: number): unknown {
  if (Array.isArray(loss)) return loss[index];
  return typeof loss === 'object' ? loss[outputNames[index]!] : loss;
}
