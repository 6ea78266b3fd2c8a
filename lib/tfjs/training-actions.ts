import type { Actions } from '../core/actions.ts';
import type { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { LossAverage } from './loss-average.ts';

export interface TrainingActionsOptions {
  readonly losses: LossAverage;
  readonly evaluate: Actions['evaluate'] | undefined;
  readonly keeper: CheckpointKeeper | undefined;
}

/** How training with TensorFlow.js logs, saves and loads: the same in `train()`, in `model.fit` and in a loop by hand. */
export function trainingActions({ losses, evaluate, keeper }: TrainingActionsOptions): Actions {
  return {
    async log() {
      return { loss: await losses.take() };
    },
    ...(evaluate && { evaluate }),
    ...(keeper && {
      save: (context) => keeper.save(context),
      load: (checkpoint) => keeper.load(checkpoint),
    }),
  };
}
