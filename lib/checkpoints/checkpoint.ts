import { WallclockError } from '../core/errors.ts';
import type { RunSnapshot } from '../core/run.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { type CheckpointFile, writeFiles } from './checkpoint-writer.ts';
import { fromJson } from './from-json.ts';
import { MANIFEST, readManifest, verifyFile } from './manifest.ts';
import type { NamedTensor } from './named-tensor.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/**
 * All that a run needs to go on.
 *
 * ```
 * checkpoint-40/
 *   model.safetensors      the weights
 *   optimizer.safetensors  the optimizer's accumulators
 *   run.json               steps, times, the schedule, and what views know of the run
 *   manifest.json          sizes and SHA-256 of the others; written last
 * ```
 */
export interface Checkpoint {
  /** Its weights, in the order of the model. */
  readonly model: readonly NamedTensor[];
  /** The optimizer's accumulators. */
  readonly optimizer: readonly NamedTensor[];
  /** Where the run stood. */
  readonly run: RunSnapshot;
  /** The losses of the steps since the last log. Default: none. */
  readonly losses?: LossSum;
}

/** So many losses, and what they come to. */
export interface LossSum {
  readonly sum: number;
  readonly count: number;
}

const MODEL = 'model.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
const RUN = 'run.json';

/** What every manifest lists. */
export const CHECKPOINT_FILES = [MODEL, OPTIMIZER, RUN] as const;

/**
 * A checkpoint's files but for its manifest. They share no memory with the checkpoint, so that training can go on while
 * they are written.
 */
export function checkpointFiles({ model, optimizer, run, losses }: Checkpoint): CheckpointFile[] {
  return [
    [MODEL, encodeSafetensors(model)],
    [OPTIMIZER, encodeSafetensors(optimizer)],
    [RUN, toJson({ ...run, ...(losses && { losses: { ...losses, sum: writeNumber(losses.sum) } }) })],
  ];
}

/** Writes a checkpoint, whole or not at all. @returns its size in bytes. */
export async function writeCheckpoint(
  store: CheckpointStore,
  name: string,
  checkpoint: Checkpoint,
): Promise<number> {
  return writeFiles(store, name, checkpointFiles(checkpoint));
}

/**
 * Reads a checkpoint back, after its files have been held against its manifest.
 *
 * @throws {WallclockError} where a file is missing, differs from the manifest or does not hold.
 */
export async function readCheckpoint(store: CheckpointStore, name: string): Promise<Checkpoint> {
  const where = `${store.place}/${name}`;
  const manifest = readManifest(await store.read(name, MANIFEST), `${where}/${MANIFEST}`);
  const read = async (file: string): Promise<Uint8Array> => {
    const bytes = await store.read(name, file);
    await verifyFile(manifest, file, bytes, where);
    return bytes;
  };
  return {
    model: decodeSafetensors(await read(MODEL), `${where}/${MODEL}`),
    optimizer: decodeSafetensors(await read(OPTIMIZER), `${where}/${OPTIMIZER}`),
    ...readRunFile(await read(RUN), `${where}/${RUN}`),
  };
}

/** What a checkpoint keeps of its run alone: its model is not read. */
export async function readRun(store: CheckpointStore, name: string): Promise<RunSnapshot> {
  const where = `${store.place}/${name}`;
  const manifest = readManifest(await store.read(name, MANIFEST), `${where}/${MANIFEST}`);
  const bytes = await store.read(name, RUN);
  await verifyFile(manifest, RUN, bytes, where);
  return readRunFile(bytes, `${where}/${RUN}`).run;
}

function readRunFile(bytes: Uint8Array, where: string): Pick<Checkpoint, 'run' | 'losses'> {
  const value = fromJson(bytes, where);
  if (!isObject(value) || !('losses' in value)) return { run: checkSnapshot(value, where) };
  const { losses, ...run } = value;
  return { run: checkSnapshot(run, where), losses: checkLosses(losses, `${where}: losses`) };
}

function checkLosses(value: unknown, where: string): LossSum {
  const { sum, count } = (value ?? {}) as { sum?: unknown; count?: unknown };
  const read = readNumber(sum);
  if (read !== undefined && isCount(count)) return { sum: read, count };
  throw new WallclockError({ where, expected: 'a sum and a count', got: value });
}

/** A diverged loss is NaN or infinite, which JSON has not. */
function writeNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function readNumber(value: unknown): number | undefined {
  if (Number.isFinite(value)) return value as number;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

function toJson(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

function checkSnapshot(value: unknown, where: string): RunSnapshot {
  const snapshot = (value ?? {}) as { [key in keyof RunSnapshot]?: unknown };
  const times = (snapshot.times ?? {}) as { [time: string]: unknown };
  const saved = (snapshot.saved ?? {}) as { [key: string]: unknown };
  const counts = [snapshot.step, snapshot.epochs, snapshot.stepInEpoch];
  const holds =
    typeof snapshot.run === 'string' &&
    counts.every(isCount) &&
    [times.elapsed, times.active, times.training, times.longestStep, saved.elapsed].every(
      (time) => Number.isFinite(time) && (time as number) >= 0,
    ) &&
    (saved.metrics === undefined || isObject(saved.metrics)) &&
    isObject(snapshot.schedule) &&
    isObject(snapshot.state);
  if (holds) return value as RunSnapshot;
  throw new WallclockError({ where, expected: 'the snapshot of a run', got: value });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
