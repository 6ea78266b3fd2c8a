import type { Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { stableNames } from './stable-names.ts';
import type { NamedVariable } from './variable-state.ts';

/** What training changes, and so what a checkpoint keeps: of a model, or of a loop written by hand. */
export interface Trained {
  /** All weights, the trainable ones and the others, in an order that is the same in each process. */
  readonly weights: readonly NamedVariable[];
  /** Those that the optimizer changes, in the order in which it sees them. */
  readonly trainable: readonly Variable[];
  readonly optimizer?: Optimizer;
}

/** A compiled model's weights, in the order of its layers, and its optimizer. */
export function trainedModel(model: LayersModel): Trained {
  const names = stableNames(model.weights.map(({ originalName }) => originalName));
  return {
    weights: model.weights.map((weight, index) => ({
      name: names[index]!,
      variable: weight.read() as Variable,
    })),
    trainable: model.trainableWeights.map((weight) => weight.read() as Variable),
    optimizer: model.optimizer,
  };
}
