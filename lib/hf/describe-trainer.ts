import type { ActionName, PolicyDescription } from '../core/policy.ts';
import type { TrainerSize } from './trainer-size.ts';
import type { CheckedArguments } from './training-arguments.ts';

/**
 * What the rules of that Trainer tell of themselves.
 *
 * @param size where it is known: then parts of all steps are steps, and epochs too.
 */
export function describeTrainer(args: CheckedArguments, size?: TrainerSize): PolicyDescription {
  const { loggingSteps, evalSteps, saveSteps } = size ?? {};
  return {
    intervals: {
      ...interval('log', args.logging_strategy, loggingSteps ?? args.logging_steps, args.logging_seconds),
      ...interval('evaluate', args.eval_strategy, evalSteps ?? args.eval_steps!, args.eval_seconds),
      ...interval('save', args.save_strategy, saveSteps ?? args.save_steps, args.save_seconds),
    },
    // A run always ends with a log.
    needs: [
      'log',
      ...(args.eval_on_start ? (['evaluate'] as const) : []),
      ...(args.load_best_model_at_end ? (['load'] as const) : []),
    ],
    ...limit(args, size),
  };
}

function limit(
  { max_steps, num_train_epochs }: CheckedArguments,
  size: TrainerSize | undefined,
): Pick<PolicyDescription, 'maxSteps' | 'maxEpochs'> {
  if (size) return { maxSteps: size.maxSteps };
  return max_steps >= 0 ? { maxSteps: max_steps } : { maxEpochs: num_train_epochs };
}

function interval(
  action: ActionName,
  strategy: CheckedArguments['save_strategy'],
  steps: number,
  seconds: number,
): PolicyDescription['intervals'] {
  if (strategy === 'no') return {};
  const counted = steps < 1 ? `${Number((steps * 100).toPrecision(12))}%` : `${steps} steps`;
  const texts = { steps: counted, epoch: '1 epoch', time: `${seconds}s`, best: 'best' };
  return { [action]: texts[strategy] };
}
