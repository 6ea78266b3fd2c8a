import { readCheckpoint, writeCheckpoint } from '../checkpoints/checkpoint.ts';
import { checkpointName } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import type { Best } from '../core/best.ts';
import type { Retention } from '../core/retention.ts';
import type { Actions } from '../core/run.ts';
import type { LossAverage } from './loss-average.ts';
import { readOptimizer } from './optimizer-state.ts';
import type { Trained } from './trained.ts';
import { readVariables, restoreVariables } from './variable-state.ts';

export interface TrainingActionsOptions {
  readonly trained: Trained;
  readonly losses: LossAverage;
  readonly evaluate: Actions['evaluate'] | undefined;
  readonly store: CheckpointStore | undefined;
  /** The run's checkpoints, and which of them stay. */
  readonly retention: Retention;
  readonly best: Best | undefined;
}

/** How training with TensorFlow.js logs, saves and loads: the same in `train()`, in `model.fit` and in a loop by hand. */
export function trainingActions(options: TrainingActionsOptions): Actions {
  const { trained, losses, evaluate, store, retention, best } = options;
  const { weights, optimizer } = trained;
  return {
    async log() {
      return { loss: await losses.take() };
    },
    ...(evaluate && { evaluate }),
    ...(store && {
      async save({ step, elapsed, metrics, snapshot }) {
        const checkpoint = checkpointName(step);
        const [model, accumulators, sum] = await Promise.all([
          readVariables(weights),
          optimizer ? readOptimizer(optimizer) : [],
          losses.read(),
        ]);
        const run = snapshot(checkpoint);
        const contents = { model, optimizer: accumulators, run, losses: sum };
        const bytes = await writeCheckpoint(store, checkpoint, contents);
        const metric = best && metrics?.[best.metric];
        retention.add({ name: checkpoint, elapsed: elapsed * 1000, ...(metric !== undefined && { metric }) });
        const deleted = await removeAll(store, retention.surplus());
        retention.remove(deleted);
        return { checkpoint, bytes, deleted };
      },
      async load(checkpoint) {
        const { model } = await readCheckpoint(store, checkpoint);
        restoreVariables(weights, model, `${store.place}/${checkpoint}/model.safetensors`);
      },
    }),
  };
}

/** What cannot be removed now is surplus at the next save again; the checkpoint that was just written stands. */
async function removeAll(store: CheckpointStore, names: readonly string[]): Promise<string[]> {
  const results = await Promise.allSettled(names.map((name) => store.remove(name)));
  return names.filter((_, index) => results[index]!.status === 'fulfilled');
}
