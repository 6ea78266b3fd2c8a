import { WallclockError } from '../core/errors.ts';
import { checkSnapshot } from '../core/resume-from.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { checkpointStep } from './checkpoint-name.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { type CheckpointFile, writeFiles } from './checkpoint-writer.ts';
import { boundedText, checkBytes, checkKeys, fromJson, type JsonBounds } from './from-json.ts';
import { MANIFEST, MANIFEST_BOUNDS, readManifest, verifyFile } from './manifest.ts';
import type { NamedTensor } from './named-tensor.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/**
 * All that a run needs to go on.
 *
 * ```
 * checkpoint-40/
 *   model.safetensors      the weights
 *   optimizer.safetensors  the optimizer's accumulators
 *   trainer_state.json     the logs and evaluations, for Hugging Face's code
 *   run.json               steps, times, the schedule, and what views know of the run
 *   manifest.json          sizes and SHA-256 of the others; written last
 * ```
 */
export interface Checkpoint {
  /** Its weights, in the order of the model. */
  readonly model: readonly NamedTensor[];
  /** The optimizer's accumulators. */
  readonly optimizer: readonly NamedTensor[];
  /** The text of its `trainer_state.json`, as Python writes it, with NaN and infinities; `{}` where no history is kept. */
  readonly trainerState: string;
  /** Where the run stood. */
  readonly run: RunSnapshot;
  /** The losses of the steps since the last log. Default: none. */
  readonly losses?: LossSum;
  /** Of the order of the examples and of what layers draw. Default: the run has none. */
  readonly seed?: number;
}

/** So many losses, and what they come to. */
export interface LossSum {
  readonly sum: number;
  readonly count: number;
}

/** The part of a store from which a checkpoint can be read. */
export type Files = Pick<CheckpointStore, 'place' | 'read' | 'sha256'>;

const MODEL = 'model.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
const TRAINER_STATE = 'trainer_state.json';
const RUN = 'run.json';

/**
 * The most that these may hold; what would be more is not written either. A run keeps 512 points of each series, so that
 * 16 MiB are some 300 metrics. Of 10,000 logs and evaluations each may have 6.5 KB, which is some 150. A point is an
 * object, and so is a log: in so many bytes there can be no more of them than this.
 */
export const BOUNDS: { readonly [file: string]: JsonBounds } = {
  [TRAINER_STATE]: { bytes: 1 << 26, depth: 16, containers: 1 << 15 },
  [RUN]: { bytes: 1 << 24, depth: 32, containers: 1 << 19 },
};

/** What every manifest lists. */
export const CHECKPOINT_FILES = [MODEL, OPTIMIZER, TRAINER_STATE, RUN] as const;

/**
 * A checkpoint's files but for its manifest. They share no memory with the checkpoint, so that training can go on while
 * they are written.
 *
 * @throws {WallclockError} where one of them would hold more than is read again.
 */
export function checkpointFiles(checkpoint: Checkpoint): CheckpointFile[] {
  const { model, optimizer, trainerState, run, losses, seed } = checkpoint;
  const sum = losses && { losses: { ...losses, sum: writeNumber(losses.sum) } };
  const files: CheckpointFile[] = [
    [MODEL, encodeSafetensors(model)],
    [OPTIMIZER, encodeSafetensors(optimizer)],
    [TRAINER_STATE, new TextEncoder().encode(trainerState)],
    [RUN, toJson({ ...run, ...sum, ...(seed !== undefined && { seed }) })],
  ];
  for (const [file, { length }] of files) {
    if (BOUNDS[file]) checkBytes(length, file, BOUNDS[file]);
  }
  return files;
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
export async function readCheckpoint(store: Files, name: string): Promise<Checkpoint> {
  const { read, where } = await open(store, name);
  return {
    model: decodeSafetensors(await read(MODEL), `${where}/${MODEL}`),
    optimizer: decodeSafetensors(await read(OPTIMIZER), `${where}/${OPTIMIZER}`),
    ...(await readTexts({ read, where }, name)),
  };
}

/** All that a checkpoint keeps but its tensors, which may be large. @throws {WallclockError} as {@link readCheckpoint}. */
export async function readStory(
  store: Files,
  name: string,
): Promise<Omit<Checkpoint, 'model' | 'optimizer'>> {
  return readTexts(await open(store, name), name);
}

async function readTexts({ read, where }: Awaited<ReturnType<typeof open>>, name: string) {
  const trainerState = boundedText(
    await read(TRAINER_STATE),
    `${where}/${TRAINER_STATE}`,
    BOUNDS[TRAINER_STATE]!,
  );
  checkKeys(trainerState, `${where}/${TRAINER_STATE}`);
  return { trainerState, ...readRunFile(await read(RUN), `${where}/${RUN}`, checkpointStep(name)) };
}

/** What a checkpoint keeps of its run alone: its model is not read. */
export async function readRun(store: CheckpointStore, name: string): Promise<RunSnapshot> {
  const { read, where } = await open(store, name);
  return readRunFile(await read(RUN), `${where}/${RUN}`, checkpointStep(name)).run;
}

/**
 * Holds a checkpoint against its manifest, one file after the other, and reads nothing of what is in them.
 *
 * @throws {WallclockError} where a file is missing or differs.
 */
export async function verifyBytes(store: Files, name: string): Promise<void> {
  const { read } = await open(store, name);
  for (const file of CHECKPOINT_FILES) await read(file);
}

/** Its manifest has been read: files come back only as it lists them. */
async function open(store: Files, name: string) {
  const where = `${store.place}/${name}`;
  const manifest = readManifest(
    await store.read(name, MANIFEST, MANIFEST_BOUNDS.bytes),
    `${where}/${MANIFEST}`,
  );
  const more = Object.keys(manifest.files).find((file) => !CHECKPOINT_FILES.some((known) => known === file));
  if (more !== undefined) {
    const expected = `no file but ${CHECKPOINT_FILES.join(', ')}`;
    throw new WallclockError({ where: `${where}/${MANIFEST}`, expected, got: more });
  }
  return {
    where,
    async read(file: string): Promise<Uint8Array> {
      const listed = Object.hasOwn(manifest.files, file) ? manifest.files[file] : undefined;
      if (listed && BOUNDS[file]) checkBytes(listed.bytes, `${where}/${file}`, BOUNDS[file]);
      const bytes = await store.read(name, file, listed?.bytes);
      verifyFile(manifest, file, bytes, where, store.sha256?.bind(store));
      return bytes;
    },
  };
}

function readRunFile(
  bytes: Uint8Array,
  where: string,
  step: number | undefined,
): Pick<Checkpoint, 'run' | 'losses' | 'seed'> {
  const value = fromJson(bytes, where, BOUNDS[RUN]!);
  const { losses, seed, ...rest } = (isObject(value) ? value : {}) as { losses?: unknown; seed?: unknown };
  const run = checkSnapshot(isObject(value) ? rest : value, where);
  if (step !== undefined && run.step !== step) {
    throw new WallclockError({ where, expected: `step ${step}, as its name says`, got: run.step });
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new WallclockError({ where: `${where}: seed`, expected: 'a whole number', got: seed });
  }
  return {
    run,
    ...(losses !== undefined && { losses: checkLosses(losses, `${where}: losses`) }),
    ...(seed !== undefined && { seed: seed as number }),
  };
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

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
