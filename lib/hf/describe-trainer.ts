import type { ActionName, PolicyDescription } from '../core/policy.ts';
import type { TrainerSize } from './trainer-size.ts';
import type { CheckedArguments } from './training-arguments.ts';

/** What the rules of that Trainer tell of themselves. */
export function describeTrainer(args: CheckedArguments, size: TrainerSize): PolicyDescription {
  return {
    intervals: {
      ...interval('log', args.logging_strategy, size.loggingSteps, args.logging_seconds),
      ...interval('evaluate', args.eval_strategy, size.evalSteps, args.eval_seconds),
      ...interval('save', args.save_strategy, size.saveSteps, args.save_seconds),
    },
    // A run always ends with a log.
    needs: [
      'log',
      ...(args.eval_on_start ? (['evaluate'] as const) : []),
      ...(args.load_best_model_at_end ? (['load'] as const) : []),
    ],
    maxSteps: size.maxSteps,
  };
}

function interval(
  action: ActionName,
  strategy: CheckedArguments['save_strategy'],
  steps: number,
  seconds: number,
): PolicyDescription['intervals'] {
  if (strategy === 'no') return {};
  const texts = { steps: `${steps} steps`, epoch: '1 epoch', time: `${seconds}s`, best: 'best' };
  return { [action]: texts[strategy] };
}
