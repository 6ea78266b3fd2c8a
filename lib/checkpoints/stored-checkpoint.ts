import { messageOf } from '../core/errors.ts';
import type { Metrics } from '../core/run-event.ts';
import { readRun } from './checkpoint.ts';
import { checkpointStep, sortCheckpoints } from './checkpoint-name.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { MANIFEST, readManifest } from './manifest.ts';

/** What a list of checkpoints tells of one. */
export interface StoredCheckpoint {
  /** Its name: `checkpoint-40`. */
  readonly name: string;
  /** Steps completed. */
  readonly step: number;
  /** Of all its files. */
  readonly bytes: number;
  /** Seconds of the run by the wall. Undefined where it cannot be read. */
  readonly elapsed?: number;
  /** The run it is of. */
  readonly run?: string;
  /** What an evaluation of its step measured, where there was one. */
  readonly metrics?: Metrics;
  /** Why it cannot be read, where it cannot. */
  readonly problem?: string;
}

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

async function describe(store: CheckpointStore, name: string): Promise<StoredCheckpoint> {
  const known = { name, step: checkpointStep(name)! };
  let bytes = 0;
  try {
    const manifest = await store.read(name, MANIFEST);
    const { files } = readManifest(manifest, `${store.place}/${name}/${MANIFEST}`);
    bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, manifest.length);
    const { run, saved } = await readRun(store, name);
    const { elapsed, metrics } = saved;
    return { ...known, bytes, elapsed, run, ...(metrics && { metrics }) };
  } catch (error) {
    return { ...known, bytes, problem: messageOf(error) };
  }
}
