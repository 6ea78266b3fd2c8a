import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKPOINT_FILES, type Files, readStory } from '../checkpoints/checkpoint.ts';
import { isAside, sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import { MANIFEST, MANIFEST_BOUNDS, readManifest } from '../checkpoints/manifest.ts';
import { openRegular, readRegular } from '../checkpoints/stores/node-fs-regular.ts';
import { asUnreadable } from '../checkpoints/stores/node-fs-unreadable.ts';
import { UnreadableError } from '../checkpoints/unreadable-error.ts';
import { messageOf, WallclockError } from '../core/errors.ts';
import { readSchedule } from '../core/schedule.ts';
import { TrainerStateWriter } from '../hf/trainer-state-writer.ts';
import { checkpointItself } from './checkpoint-itself.ts';
import { noRunFolder } from './no-run-folder.ts';
import { readWhileUnchanged } from './unchanged.ts';
import { verifyTensors } from './verify-tensors.ts';

/** What has been found out about one entry of a run's folder. */
export interface Verified {
  readonly name: string;
  /**
   * `good`: every byte is as its manifest says, and a run can read it. `unreadable`: no damage was found, and something of
   * it could not be read, for want of a permission, say. `unfinished`: there is no manifest, so that it does not count. `leftover`: a temporary folder of a run that writes, or died. `aside`: a damaged one that a resumed run has
   * put aside, and that does not count any more.
   */
  readonly state: 'good' | 'damaged' | 'unreadable' | 'unfinished' | 'leftover' | 'aside';
  /** Of all its files, by its manifest, and of that. */
  readonly bytes: number;
  /** What is damaged or could not be read, in whole sentences. */
  readonly problems: readonly string[];
  /** What else lies in its folder, as systems leave things: it is none of its files, and nobody reads it. */
  readonly besides: readonly string[];
}

const LEFTOVER = /^\..+\.(draft|old)$/;
/** Bytes in memory at once. */
const PIECE = 1 << 20;
/** How often a folder is listed, at the most, in which checkpoints go faster than they are read. */
const LISTINGS = 20;
const TENSORS = ['model.safetensors', 'optimizer.safetensors'];

/**
 * Reads every byte of every checkpoint in a folder, or of the one that the folder is, and changes nothing. A run may save
 * there meanwhile: what is told was there at one moment, unless checkpoints go faster than they are read. However large a file is, a small part of it is in memory.
 *
 * @throws {WallclockError} where there is no such folder.
 */
export async function verifyFolder(folder: string): Promise<readonly Verified[]> {
  const itself = checkpointItself(folder);
  if (itself) {
    const verified = await verifyCheckpoint(itself.folder, itself.name);
    return verified ? [verified] : [];
  }
  const known = new Map<string, Verified>();
  for (let listings = 1; ; listings++) {
    const entries = await entriesOf(folder);
    const names = sortCheckpoints(entries);
    const verified: Verified[] = [];
    // The newest first: a run that saves deletes the others before it.
    for (const name of names.toReversed()) {
      const found = await verifyCheckpoint(folder, name, known);
      if (found) verified.unshift(found);
    }
    // Where none has gone meanwhile, they were all there when they were listed.
    if (verified.length === names.length || listings === LISTINGS) {
      return [...verified, ...othersAmong(entries)];
    }
  }
}

/** What is told of, and is not read. */
function othersAmong(entries: readonly string[]): readonly Verified[] {
  return entries.toSorted().flatMap((name) => {
    const state = LEFTOVER.test(name) ? 'leftover' : isAside(name) ? 'aside' : undefined;
    return state ? [{ name, state, bytes: 0, problems: [], besides: [] }] : [];
  });
}

async function verifyCheckpoint(
  folder: string,
  name: string,
  known?: Map<string, Verified>,
): Promise<Verified | undefined> {
  return readWhileUnchanged(join(folder, name), () => lookAt(folder, name), known);
}

async function lookAt(folder: string, name: string): Promise<Verified> {
  const path = join(folder, name);
  const problems: string[] = [];
  const unread: string[] = [];
  const note = (error: unknown) => {
    (error instanceof UnreadableError ? unread : problems).push(messageOf(error));
  };
  let bytes = 0;
  let besides: readonly string[] = [];
  try {
    if (!(await lstat(path)).isDirectory()) {
      throw new WallclockError({ where: path, expected: 'a folder', got: 'something else' });
    }
    const entries = await readdir(path);
    if (!entries.includes(MANIFEST)) return { name, state: 'unfinished', bytes, problems, besides };
    const where = join(path, MANIFEST);
    const written = await readRegular(where, MANIFEST_BOUNDS.bytes);
    const { files } = readManifest(written, where);
    besides = entries.filter((entry) => entry !== MANIFEST && !Object.hasOwn(files, entry));
    bytes = written.length;
    for (const file of CHECKPOINT_FILES) {
      if (!Object.hasOwn(files, file)) problems.push(`${path}: the manifest does not list ${file}.`);
    }
    for (const [file, listed] of Object.entries(files)) {
      bytes += listed.bytes;
      const problem = await problemOf(join(path, file), listed).catch(note);
      if (problem) problems.push(problem);
    }
    if (problems.length + unread.length === 0) await verifyContent(folder, name);
  } catch (error) {
    note(asUnreadable(path, error));
  }
  const state = problems.length > 0 ? 'damaged' : unread.length > 0 ? 'unreadable' : 'good';
  return { name, state, bytes, problems: [...problems, ...unread], besides };
}

/**
 * What is written whole and belongs together may still be none of a run: in a folder of another name, say. It is read by
 * what a run reads it with.
 *
 * @throws {WallclockError} where a run could not go on from it.
 */
async function verifyContent(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const files: Files = { place: folder, read: (_, file, most) => readRegular(join(path, file), most) };
  const { run, trainerState } = await readStory(files, name);
  for (const file of TENSORS) await verifyTensors(join(path, file));
  new TrainerStateWriter(trainerState, join(path, 'trainer_state.json'), run.step);
  // What the command line trains goes by a strategy, and says so by its settings; of another policy only its code can tell.
  if (existsSync(join(folder, 'settings.json'))) {
    readSchedule(run.schedule, `${join(path, 'run.json')}: schedule`);
  }
}

/**
 * Undefined where the file is as the manifest says. No more of it is read than that.
 *
 * @throws {UnreadableError} where that cannot be told.
 */
async function problemOf(
  where: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
): Promise<string | undefined> {
  try {
    const file = await openRegular(where);
    try {
      const { size } = await file.stat();
      if (size !== bytes) return `${where}: expected ${bytes} bytes, got ${size}.`;
      const hash = createHash('sha256');
      const end = Math.max(0, bytes - 1);
      const stream = file.createReadStream({ end, autoClose: false, highWaterMark: PIECE });
      for await (const chunk of stream) hash.update(chunk);
      const digest = hash.digest('hex');
      return digest === sha256 ? undefined : `${where}: expected SHA-256 ${sha256}, got ${digest}.`;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `${where}: expected a file, got none.`;
    const problem = asUnreadable(where, error);
    if (problem instanceof UnreadableError) throw problem;
    return messageOf(problem);
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw noRunFolder(folder, cause);
  }
}
