import type { LayersModel } from '@tensorflow/tfjs-layers';
import { writeCheckpoint } from '../checkpoints/checkpoint.ts';
import { checkpointName } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { surplus } from '../core/retention.ts';
import type { Actions } from '../core/run.ts';
import type { KeepOptions } from '../core/strategy.ts';
import { evaluate } from './evaluate.ts';
import type { LossAverage } from './loss-average.ts';
import { readWeights } from './model-state.ts';
import { readOptimizer } from './optimizer-state.ts';
import type { BatchSource } from './training-data.ts';

export interface ModelActionsOptions {
  readonly model: LayersModel;
  readonly losses: LossAverage;
  readonly validation: BatchSource | undefined;
  readonly store: CheckpointStore | undefined;
  /** Names of this run's checkpoints that are there already, oldest first. */
  readonly checkpoints: readonly string[];
  readonly keep: KeepOptions;
  readonly breathe: () => Promise<void> | undefined;
}

/** How a model logs, evaluates and saves: the same in `train()` and in `model.fit`. */
export function modelActions(options: ModelActionsOptions): Actions {
  const { model, losses, validation, store, keep, breathe } = options;
  let kept = [...options.checkpoints];
  return {
    async log() {
      return { loss: await losses.take() };
    },
    ...(validation && { evaluate: () => evaluate(model, validation, breathe) }),
    ...(store && {
      async save({ step, snapshot }) {
        const checkpoint = checkpointName(step);
        const [weights, optimizer] = await Promise.all([readWeights(model), readOptimizer(model.optimizer)]);
        const bytes = await writeCheckpoint(store, checkpoint, {
          model: weights,
          optimizer,
          run: snapshot(),
        });
        kept = [...kept.filter((name) => name !== checkpoint), checkpoint];
        const deleted = await removeAll(store, surplus(kept, keep));
        kept = kept.filter((name) => !deleted.includes(name));
        return { checkpoint, bytes, deleted };
      },
    }),
  };
}

/** What cannot be removed now is surplus at the next save again; the checkpoint that was just written stands. */
async function removeAll(store: CheckpointStore, names: readonly string[]): Promise<string[]> {
  const results = await Promise.allSettled(names.map((name) => store.remove(name)));
  return names.filter((_, index) => results[index]!.status === 'fulfilled');
}
