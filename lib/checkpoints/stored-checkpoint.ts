import { messageOf, WallclockError } from '../core/errors.ts';
import type { Metrics } from '../core/run-event.ts';
import { CHECKPOINT_FILES, readRun } from './checkpoint.ts';
import { asideStep, checkpointStep, sortCheckpoints } from './checkpoint-name.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { MANIFEST, NewerFormatError, readManifest } from './manifest.ts';

/** What a list of checkpoints tells of one. */
export interface StoredCheckpoint {
  /** Its name: `checkpoint-40`. */
  readonly name: string;
  /** Steps completed. */
  readonly step: number;
  /** Of all its files; where it cannot be read, of those of them that are there. */
  readonly bytes: number;
  /** Seconds of the run by the wall. Undefined where it cannot be read. */
  readonly elapsed?: number;
  /** The run it is of. */
  readonly run?: string;
  /** What an evaluation of its step measured, where there was one. */
  readonly metrics?: Metrics;
  /** Why it cannot be read, where it cannot. */
  readonly problem?: string;
  /** Whether it is its version alone: a newer Wallclock may read it. */
  readonly newer?: true;
}

/** A damaged checkpoint that was put aside: nothing is gone on from it, and it takes its room all the same. */
export type AsideCheckpoint = Pick<StoredCheckpoint, 'name' | 'step' | 'bytes'>;

/**
 * All checkpoints of a store, oldest first, from their manifests and `run.json` alone: models are not read.
 *
 * @example
 * ```ts
 * const store = memoryStore();
 * await train(model, { data, store, strategy: { save: '2 steps', maxSteps: 4 } });
 * (await describeCheckpoints(store)).map(({ step }) => step); // [2, 4]
 * ```
 */
export async function describeCheckpoints(store: CheckpointStore): Promise<readonly StoredCheckpoint[]> {
  const described: StoredCheckpoint[] = [];
  for (const name of sortCheckpoints(await store.list())) described.push(await describe(store, name));
  return described;
}

/** All that were put aside in a store, in the order of their steps: what is in them is not read. */
export async function describeAside(store: CheckpointStore): Promise<readonly AsideCheckpoint[]> {
  const described: AsideCheckpoint[] = [];
  for (const name of await store.list()) {
    const step = asideStep(name);
    if (step !== undefined) described.push({ name, step, bytes: await roomOf(store, name) });
  }
  return described.sort((a, b) => a.step - b.step);
}

async function describe(store: CheckpointStore, name: string): Promise<StoredCheckpoint> {
  const known = { name, step: checkpointStep(name)! };
  try {
    const manifest = await store.read(name, MANIFEST);
    const { files } = readManifest(manifest, `${store.place}/${name}/${MANIFEST}`);
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, manifest.length);
    const { run, saved } = await readRun(store, name);
    const { elapsed, metrics } = saved;
    return { ...known, bytes, elapsed, run, ...(metrics && { metrics }) };
  } catch (error) {
    const newer = error instanceof NewerFormatError && ({ newer: true } as const);
    return { ...known, bytes: await roomOf(store, name), problem: messageOf(error), ...newer };
  }
}

/** What the files of a checkpoint come to, whatever its manifest says of them, if it says anything. */
async function roomOf(store: CheckpointStore, name: string): Promise<number> {
  let bytes = 0;
  for (const file of [...CHECKPOINT_FILES, MANIFEST]) bytes += await bytesOf(store, name, file);
  return bytes;
}

/** A store that knows a size beforehand says it, and reads nothing. What it cannot tell does not count. */
async function bytesOf(store: CheckpointStore, name: string, file: string): Promise<number> {
  try {
    return (await store.read(name, file, 0)).length;
  } catch (error) {
    return error instanceof WallclockError && typeof error.got === 'number' ? error.got : 0;
  }
}
