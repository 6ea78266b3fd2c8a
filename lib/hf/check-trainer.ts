import { TrainerError } from './trainer-error.ts';
import type { CheckedInput } from './trainer-input.ts';
import type { EarlyStopping } from './trainer-policy.ts';
import type { CheckedArguments } from './training-arguments.ts';

/** What that library checks when the Trainer is made. @throws {TrainerError} where it refuses. */
export function checkTrainer(
  args: CheckedArguments,
  { evalDataset, sized }: Pick<CheckedInput, 'evalDataset' | 'sized'>,
): void {
  const refuse = (wrong: boolean, message: string) => {
    if (wrong) throw new TrainerError('Trainer.__init__', 'ValueError', message);
  };
  const tracks = args.save_strategy === 'best' || args.load_best_model_at_end;
  refuse(
    tracks && args.metric_for_best_model === null,
    'metric_for_best_model is needed to tell which is best',
  );
  refuse(evalDataset === 'none' && args.eval_strategy !== 'no', 'an eval_dataset is needed to evaluate');
  refuse(!sized && args.max_steps <= 0, 'max_steps is needed where the data has no length');
}

/** What early stopping asserts when training begins. @throws {TrainerError} where it does not hold. */
export function checkEarlyStopping(args: CheckedArguments, earlyStopping: EarlyStopping | undefined): void {
  if (!earlyStopping || (args.metric_for_best_model !== null && args.eval_strategy !== 'no')) return;
  throw new TrainerError('train', 'AssertionError', 'early stopping needs a metric and evaluations');
}
