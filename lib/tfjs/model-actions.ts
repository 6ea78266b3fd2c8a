import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readCheckpoint, writeCheckpoint } from '../checkpoints/checkpoint.ts';
import { checkpointName } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import type { Best } from '../core/best.ts';
import type { Retention } from '../core/retention.ts';
import type { Actions } from '../core/run.ts';
import { evaluate } from './evaluate.ts';
import type { LossAverage } from './loss-average.ts';
import { readWeights, restoreWeights } from './model-state.ts';
import { readOptimizer } from './optimizer-state.ts';
import type { BatchSource } from './training-data.ts';

export interface ModelActionsOptions {
  readonly model: LayersModel;
  readonly losses: LossAverage;
  readonly validation: BatchSource | undefined;
  readonly store: CheckpointStore | undefined;
  /** The run's checkpoints, and which of them stay. */
  readonly retention: Retention;
  readonly best: Best | undefined;
  readonly breathe: () => Promise<void> | undefined;
}

/** How a model logs, evaluates, saves and loads: the same in `train()` and in `model.fit`. */
export function modelActions(options: ModelActionsOptions): Actions {
  const { model, losses, validation, store, retention, best, breathe } = options;
  return {
    async log() {
      return { loss: await losses.take() };
    },
    ...(validation && { evaluate: () => evaluate(model, validation, breathe) }),
    ...(store && {
      async save({ step, elapsed, metrics, snapshot }) {
        const checkpoint = checkpointName(step);
        const [weights, optimizer] = await Promise.all([readWeights(model), readOptimizer(model.optimizer)]);
        const bytes = await writeCheckpoint(store, checkpoint, {
          model: weights,
          optimizer,
          run: snapshot(checkpoint),
        });
        const metric = best && metrics?.[best.metric];
        retention.add({ name: checkpoint, elapsed: elapsed * 1000, ...(metric !== undefined && { metric }) });
        const deleted = await removeAll(store, retention.surplus());
        retention.remove(deleted);
        return { checkpoint, bytes, deleted };
      },
      async load(checkpoint) {
        const { model: weights } = await readCheckpoint(store, checkpoint);
        restoreWeights(model, weights, `${store.place}/${checkpoint}/model.safetensors`);
      },
    }),
  };
}

/** What cannot be removed now is surplus at the next save again; the checkpoint that was just written stands. */
async function removeAll(store: CheckpointStore, names: readonly string[]): Promise<string[]> {
  const results = await Promise.allSettled(names.map((name) => store.remove(name)));
  return names.filter((_, index) => results[index]!.status === 'fulfilled');
}
