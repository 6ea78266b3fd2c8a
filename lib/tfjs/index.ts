/**
 * Training with TensorFlow.js: `train()`, a callback for `model.fit`, and a hook for loops that are written by hand.
 *
 * @module
 */

export { FitCallback, type FitCallbackOptions } from './fit-callback.ts';
export { PauseSwitch } from './pause-switch.ts';
export { SaveSwitch } from './save-switch.ts';
export { type StepHook, type StepHookOptions, stepHook } from './step-hook.ts';
export { type TrainOptions, train } from './train.ts';
export type { BatchDataset, TrainingData } from './training-data.ts';
