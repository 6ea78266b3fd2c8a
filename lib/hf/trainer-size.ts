import { TrainerError } from './trainer-error.ts';
import type { CheckedArguments } from './training-arguments.ts';

/** The data that a Trainer is given. */
export interface TrainerData {
  /** Micro-batches in one pass. */
  readonly batches: number;
  /** Whether the data has a length. */
  readonly sized: boolean;
}

/** How long a Trainer trains, and the intervals in steps that follow from it. */
export interface TrainerSize {
  /** Optimizer steps. */
  readonly maxSteps: number;
  /** Infinity where only the steps are limited. */
  readonly epochs: number;
  /** Optimizer steps in one pass. */
  readonly updatesPerEpoch: number;
  /** Micro-batches that one pass is taken to have. */
  readonly batchesPerEpoch: number;
  /** Optimizer steps between two logs. */
  readonly loggingSteps: number;
  /** Optimizer steps between two evaluations. */
  readonly evalSteps: number;
  /** Optimizer steps between two saves. */
  readonly saveSteps: number;
}

const DEFAULT_STEPS = 500;

/**
 * How long a Trainer trains on its data.
 *
 * @throws {TrainerError} where that library cannot tell how long to train.
 */
export function trainerSize(args: CheckedArguments, { batches, sized }: TrainerData): TrainerSize {
  const { max_steps, num_train_epochs, gradient_accumulation_steps: accumulated } = args;
  if (accumulated === 0) {
    throw new TrainerError(
      'train',
      'ZeroDivisionError',
      'gradient_accumulation_steps must be at least 1, and is 0',
    );
  }
  const known = sized && batches > 0;
  if (!known && max_steps <= 0) {
    throw new TrainerError('train', 'ValueError', 'max_steps must be above 0 where the data has no length');
  }
  const updatesPerEpoch = known ? Math.max(Math.ceil(batches / accumulated), 1) : max_steps;
  // With 0 the steps are limited, to the first one, and the epochs are those that were asked for.
  const maxSteps = max_steps >= 0 ? max_steps : Math.ceil(num_train_epochs * updatesPerEpoch);
  const epochs = max_steps > 0 ? Math.ceil(max_steps / updatesPerEpoch) : Math.ceil(num_train_epochs);
  return {
    maxSteps,
    epochs: known ? epochs : Number.POSITIVE_INFINITY,
    updatesPerEpoch,
    batchesPerEpoch: sized ? batches : maxSteps * accumulated,
    loggingSteps: inSteps(args.logging_steps, maxSteps),
    evalSteps: inSteps(args.eval_steps ?? DEFAULT_STEPS, maxSteps),
    saveSteps: inSteps(args.save_steps, maxSteps),
  };
}

/** Below 1 it is a part of all steps, rounded up; 1 is every step. */
function inSteps(steps: number, maxSteps: number): number {
  return steps < 1 ? Math.ceil(maxSteps * steps) + 0 : steps;
}
