import { type LossSum, readCheckpoint, readRun } from '../checkpoints/checkpoint.ts';
import { checkpointStep, sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { WallclockError } from '../core/errors.ts';
import type { Kept } from '../core/retention.ts';
import type { RunSnapshot } from '../core/run.ts';
import { TrainerStateWriter } from '../hf/trainer-state-writer.ts';
import { restoreOptimizer } from './optimizer-state.ts';
import type { Trained } from './trained.ts';
import { checkFits, restoreVariables } from './variable-state.ts';

/** A checkpoint to go on from, and all that are there. */
export interface Resumed {
  readonly checkpoint: string;
  readonly snapshot: RunSnapshot;
  /** The logs and evaluations by then. */
  readonly history: TrainerStateWriter;
  /** Of the steps since the last log. */
  readonly losses?: LossSum;
  readonly kept: readonly Kept[];
}

/**
 * Brings what is trained to where the store's newest checkpoint left it. Undefined where there is none.
 *
 * @param metric that tells which model is best.
 * @throws {WallclockError} where the checkpoint is damaged or does not fit; then everything is as it was.
 */
export async function resumeTraining(
  { weights, trainable, optimizer }: Trained,
  store: CheckpointStore,
  metric: string | undefined,
): Promise<Resumed | undefined> {
  const names = sortCheckpoints(await store.list());
  const name = names.at(-1);
  if (name === undefined) return undefined;
  const where = `${store.place}/${name}`;
  const saved = await readCheckpoint(store, name);
  if (saved.run.step !== checkpointStep(name)) {
    throw new WallclockError({ where, expected: `step ${checkpointStep(name)}`, got: saved.run.step });
  }
  const history = new TrainerStateWriter(saved.trainerState, `${where}/trainer_state.json`);
  const kept = await keptCheckpoints(store, names, metric);
  // The weights are checked before anything is changed.
  checkFits(weights, saved.model, `${where}/model.safetensors`);
  if (optimizer) restoreOptimizer(optimizer, saved.optimizer, trainable, `${where}/optimizer.safetensors`);
  restoreVariables(weights, saved.model, `${where}/model.safetensors`);
  const { run: snapshot, losses } = saved;
  return { checkpoint: name, snapshot, history, kept, ...(losses && { losses }) };
}

/** What the rules of retention need to know of the checkpoints that are there already. */
function keptCheckpoints(
  store: CheckpointStore,
  names: readonly string[],
  metric: string | undefined,
): Promise<Kept[]> {
  return Promise.all(
    names.map(async (name) => {
      const { saved } = await readRun(store, name);
      const value = metric === undefined ? undefined : saved.metrics?.[metric];
      return { name, elapsed: saved.elapsed * 1000, ...(value !== undefined && { metric: value }) };
    }),
  );
}
