import { type Optimizer, train } from '@tensorflow/tfjs-core';
import { DEFAULT_OPTIMIZER, type OptimizerName } from './optimizer-names.ts';

const MOMENTUM = 0.9;

/** How fast each learns, where Adam does at its customary 0.001: steps of the gradient itself are to be larger. */
const MAKERS: { readonly [name in OptimizerName]: (rate: number) => Optimizer } = {
  sgd: (rate) => train.sgd(rate * 30),
  momentum: (rate) => train.momentum(rate * 10, MOMENTUM),
  adagrad: (rate) => train.adagrad(rate * 10),
  adadelta: (rate) => train.adadelta(rate * 300),
  adam: (rate) => train.adam(rate),
  adamax: (rate) => train.adamax(rate),
  rmsprop: (rate) => train.rmsprop(rate),
};

/**
 * An optimizer for a demo's model.
 *
 * @param rate with which Adam learns well here; the others get theirs by it.
 */
export function makeOptimizer(name: OptimizerName = DEFAULT_OPTIMIZER, rate = 0.001): Optimizer {
  return MAKERS[name](rate);
}
