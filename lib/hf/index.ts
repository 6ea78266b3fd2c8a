/**
 * The Hugging Face Trainer's vocabulary and its files: another policy for the one engine.
 *
 * @module
 */

export type { CallbackEvent, Control, Flag, Injection } from './control.ts';
export type { LogEntry } from './log-entry.ts';
export { planTrainer } from './plan-trainer.ts';
export type { PythonNumber } from './python-number.ts';
export { type Phase, TrainerError } from './trainer-error.ts';
export type { TrainerInput } from './trainer-input.ts';
export type { TrainerPlan, TrainerRefusal } from './trainer-plan.ts';
export {
  type EarlyStopping,
  type TrainerPolicy,
  type TrainerPolicyOptions,
  trainerPolicy,
} from './trainer-policy.ts';
export type { TrainerSchedule } from './trainer-schedule.ts';
export { type TrainerData, type TrainerSize, trainerSize } from './trainer-size.ts';
export { type ReadTrainerStateOptions, readTrainerState, type TrainerState } from './trainer-state.ts';
export { type StateOf, TrainerStateWriter } from './trainer-state-writer.ts';
export { type TrainerStrategyOptions, trainerStrategy } from './trainer-strategy.ts';
export {
  type CheckedArguments,
  parseTrainingArguments,
  type TrainingArguments,
} from './training-arguments.ts';
