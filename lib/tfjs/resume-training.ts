import { type LossSum, readRun } from '../checkpoints/checkpoint.ts';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { newestWhole, type WantedCheckpoint } from '../checkpoints/newest-whole.ts';
import { putAside } from '../checkpoints/put-aside.ts';
import type { Kept } from '../core/retention.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { TrainerStateWriter } from '../hf/trainer-state-writer.ts';
import { restoreOptimizer } from './optimizer-state.ts';
import type { Trained } from './trained.ts';
import { checkFits, restoreVariables } from './variable-state.ts';

/** A checkpoint to go on from, and all of its run that are there. */
export interface Resumed {
  readonly checkpoint: string;
  readonly snapshot: RunSnapshot;
  /** What was done about damaged ones. */
  readonly messages: readonly string[];
  /** The logs and evaluations by then. */
  readonly history: TrainerStateWriter;
  /** Of the steps since the last log. */
  readonly losses?: LossSum;
  /** The run's checkpoints, oldest first: what another run has left in the store is not among them. */
  readonly kept: readonly Kept[];
}

/**
 * Brings what is trained to where the newest whole checkpoint of the store left it, and puts aside what is damaged.
 * Undefined where there is no checkpoint.
 *
 * @param metric that tells which model is best.
 * @param wanted which checkpoints will do. Default: any does.
 * @throws {WallclockError} where all are damaged or the newest whole one does not fit; then everything is as it was.
 */
export async function resumeTraining(
  { weights, trainable, optimizer }: Trained,
  store: CheckpointStore,
  metric: string | undefined,
  wanted?: WantedCheckpoint,
): Promise<Resumed | undefined> {
  const newest = await newestWhole(store, wanted);
  if (newest === undefined) return undefined;
  const { name, damaged, checkpoint } = newest;
  const { model, optimizer: accumulators, run: snapshot, trainerState, losses } = checkpoint;
  const where = `${store.place}/${name}`;
  const history = new TrainerStateWriter(trainerState, `${where}/trainer_state.json`);
  // The weights are checked before anything is changed.
  checkFits(weights, model, `${where}/model.safetensors`);
  if (optimizer) restoreOptimizer(optimizer, accumulators, trainable, `${where}/optimizer.safetensors`);
  restoreVariables(weights, model, `${where}/model.safetensors`);
  const messages = await putAside(store, damaged);
  const names = sortCheckpoints(await store.list());
  // One that is still there could not be put aside, or is to stay: no rule counts or deletes it.
  const own = names.filter((other) => !damaged.some((one) => one.name === other));
  const kept = await keptCheckpoints(store, own, snapshot.run, metric);
  return { checkpoint: name, snapshot, messages, history, kept, ...(losses && { losses }) };
}

/** What the rules of retention need to know of a run's checkpoints. What cannot be read is nobody's to delete. */
async function keptCheckpoints(
  store: CheckpointStore,
  names: readonly string[],
  run: string,
  metric: string | undefined,
): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const name of names) {
    const snapshot = await readRun(store, name).catch(() => undefined);
    if (snapshot?.run !== run) continue;
    const { elapsed, metrics } = snapshot.saved;
    const value = metric === undefined ? undefined : metrics?.[metric];
    kept.push({ name, elapsed: elapsed * 1000, ...(value !== undefined && { metric: value }) });
  }
  return kept;
}
