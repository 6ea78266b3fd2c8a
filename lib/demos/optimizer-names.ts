/** The optimizers of TensorFlow.js, by the names that its models take. */
export const OPTIMIZER_NAMES = [
  'sgd',
  'momentum',
  'adagrad',
  'adadelta',
  'adam',
  'adamax',
  'rmsprop',
] as const;

export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

/** With which a demo trains where nothing else is asked for. */
export const DEFAULT_OPTIMIZER: OptimizerName = 'adam';
