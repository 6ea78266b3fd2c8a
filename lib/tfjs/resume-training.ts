import { type Checkpoint, type LossSum, readRun, verifyBytes } from '../checkpoints/checkpoint.ts';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import {
  type DamagedCheckpoint,
  newestWhole,
  passedOver,
  type WantedCheckpoint,
} from '../checkpoints/newest-whole.ts';
import { putAside } from '../checkpoints/put-aside.ts';
import { WallclockError } from '../core/errors.ts';
import type { ReadyStrategy } from '../core/ready-strategy.ts';
import { hasRule, type Kept } from '../core/retention.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { TrainerStateWriter } from '../hf/trainer-state-writer.ts';
import { restoreOptimizer } from './optimizer-state.ts';
import { checkPolicy } from './resumed-policy.ts';
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
  /**
   * The run's checkpoints, oldest first: what another run has left in the store is not among them, nor is what does not
   * hold, so that no rule counts it in place of a good one.
   */
  readonly kept: readonly Kept[];
  /** Their names. */
  readonly checkpoints: readonly string[];
}

/**
 * Brings what is trained to where the newest whole checkpoint of the store left it, and puts aside what is damaged.
 * Undefined where there is no checkpoint.
 *
 * @param course of the run that is to go on, as far as that is known: it must be as it was. What its rules of retention might
 *   count is held against its manifest.
 * @param wanted which checkpoints will do. Default: any does.
 * @throws {WallclockError} where all are damaged or the newest whole one does not fit, or is of a run by another kind of
 *   strategy; then everything is as it was.
 */
export async function resumeTraining(
  { weights, trainable, optimizer }: Trained,
  store: CheckpointStore,
  course: Course,
  wanted?: WantedCheckpoint,
): Promise<Resumed | undefined> {
  const { strategy } = course;
  const newest = await newestWhole(store, wanted);
  if (newest === undefined) return undefined;
  const { name, damaged, checkpoint } = newest;
  const { model, optimizer: accumulators, run: snapshot, trainerState, losses } = checkpoint;
  const where = `${store.place}/${name}`;
  const history = new TrainerStateWriter(trainerState, `${where}/trainer_state.json`, snapshot.step);
  checkPolicy(strategy, snapshot, where);
  checkCourse(checkpoint, course, where);
  // The weights are checked before anything is changed.
  checkFits(weights, model, `${where}/model.safetensors`);
  if (optimizer) restoreOptimizer(optimizer, accumulators, trainable, `${where}/optimizer.safetensors`);
  else checkNone(accumulators, `${where}/optimizer.safetensors`);
  restoreVariables(weights, model, `${where}/model.safetensors`);
  const messages = [...(await putAside(store, damaged))];
  // One that is still there could not be put aside, or is to stay: no rule counts or deletes it.
  const own = await ownCheckpoints(store, snapshot.run, damaged);
  const older = own.filter(({ step }) => step < snapshot.step);
  // Newer ones were read on the way here. Without rules nothing is counted, and nothing deleted: the best may be loaded.
  const { best_model_checkpoint: best } = history.state;
  const needed = hasRule(strategy.keep) ? older : older.filter((one) => one.name === best);
  const broken = await damagedOf(store, needed);
  messages.push(...(await putAside(store, broken)));
  const kept = own
    .filter((one) => !broken.some((other) => other.name === one.name))
    .map((one) => keptOf(one, strategy.best?.metric));
  const checkpoints = kept.map((one) => one.name);
  return { checkpoint: name, snapshot, messages, history, kept, checkpoints, ...(losses && { losses }) };
}

/** Without an optimizer, the state of one would be lost with the next save. */
function checkNone(accumulators: Checkpoint['optimizer'], where: string): void {
  if (accumulators.length === 0) return;
  const fix = 'Resume with the optimizer that the checkpoint was written with.';
  throw new WallclockError({ where, expected: 'an optimizer for the state in it', got: 'none', fix });
}

/** What decides what is still to come. */
interface Course {
  readonly strategy: ReadyStrategy;
  /** In the middle of an epoch, batches of another size are not the ones that are left of it. */
  readonly stepsPerEpoch?: number | undefined;
  readonly seed?: number;
}

function checkCourse({ run, seed }: Pick<Checkpoint, 'run' | 'seed'>, given: Course, where: string): void {
  const { stepInEpoch, state } = run;
  const differs = (before: number | undefined, now: number | undefined) =>
    before !== undefined && now !== undefined && before !== now;
  if (differs(seed, given.seed)) {
    const expected = `seed ${seed}, with which the run began`;
    throw new WallclockError({ where, expected, got: given.seed, fix: `Resume with seed: ${seed}.` });
  }
  if (stepInEpoch > 0 && differs(state.stepsPerEpoch, given.stepsPerEpoch)) {
    throw new WallclockError({
      where,
      expected: `${state.stepsPerEpoch} steps an epoch, because it stands at step ${stepInEpoch} of one`,
      got: given.stepsPerEpoch,
      fix: 'Resume with the data and the batchSize that the run began with.',
    });
  }
}

interface Own {
  readonly name: string;
  readonly step: number;
  readonly saved: RunSnapshot['saved'];
}

/** The run's checkpoints, oldest first. What cannot be read is nobody's to delete. */
async function ownCheckpoints(
  store: CheckpointStore,
  run: string,
  but: readonly DamagedCheckpoint[],
): Promise<readonly Own[]> {
  const own: Own[] = [];
  for (const name of sortCheckpoints(await store.list())) {
    if (but.some((one) => one.name === name)) continue;
    const snapshot = await readRun(store, name).catch(() => undefined);
    if (snapshot?.run === run) own.push({ name, step: snapshot.step, saved: snapshot.saved });
  }
  return own;
}

/** Those that are not as they were written. */
async function damagedOf(store: CheckpointStore, own: readonly Own[]): Promise<readonly DamagedCheckpoint[]> {
  const damaged: DamagedCheckpoint[] = [];
  for (const { name } of own) {
    await verifyBytes(store, name).catch(async (error: unknown) => {
      damaged.push(await passedOver(store, name, error));
    });
  }
  return damaged;
}

/** What the rules need to know of one. */
function keptOf({ name, saved: { elapsed, metrics } }: Own, metric: string | undefined): Kept {
  const value = metric === undefined ? undefined : metrics?.[metric];
  return { name, elapsed: elapsed * 1000, ...(value !== undefined && { metric: value }) };
}
