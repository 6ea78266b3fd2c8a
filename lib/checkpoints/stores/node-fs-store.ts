/**
 * Checkpoints in a folder, in Node.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId, Worker } from 'node:worker_threads';
import { messageOf, WallclockError } from '../../core/errors.ts';
import { syncFolder } from '../../sync-folder.ts';
import { CHECKPOINT_FILES } from '../checkpoint.ts';
import { checkpointStep, isAside } from '../checkpoint-name.ts';
import type { CheckpointDraft, CheckpointStore } from '../checkpoint-store.ts';
import { MANIFEST } from '../manifest.ts';
import { checkName, isName } from '../store-names.ts';
import { type ThreadListener, threadWriter, type WriterThread } from '../thread-writer.ts';
import { lastSignIn, lockFolder } from './node-fs-lock.ts';
import { HERE_IN_NAME, lifeByName, OWN } from './node-fs-owner.ts';
import { readRegular } from './node-fs-regular.ts';
import { MOST_SILENCE } from './node-fs-sign-of-life.ts';
import { asUnreadable } from './node-fs-unreadable.ts';

/*
 * One folder a checkpoint. What is not one yet, or not one any more, has a hidden name that is never listed:
 *
 *   checkpoint-40/                               exists, if it has a manifest
 *   .checkpoint-40.<owner>-<n>.<place>.draft/    being written, or being deleted
 *   .checkpoint-40.<owner>-<n>.<place>.old/      being replaced: put back where the new one did not come
 *   .wallclock.lock                              names the run that writes here
 *
 * An earlier version wrote no place.
 */
const HIDDEN =
  /^\.(?<name>.+)\.(?<owner>\d+-\d+)-\d+-\d+(?:\.(?<place>[\da-f]*-[\da-f]*-[\da-f]*))?\.(?<kind>draft|old)$/;

let drafts = 0;

/**
 * Keeps checkpoints in a folder of this machine, for one run at a time. A checkpoint is written into a hidden folder,
 * all of it is brought to the disk (fsync), and then it gets its name: a crash at any moment leaves whole checkpoints
 * and nothing that looks like one. What a crash has left behind is swept up when the next one is written.
 *
 * @param folder is made when the first checkpoint is.
 * @example
 * ```ts
 * await train(model, { data, strategy: { save: '5m', maxTime: '1h' }, store: nodeFsStore('runs/digits') });
 * ```
 */
export function nodeFsStore(folder: string): CheckpointStore {
  let swept: Promise<void> | undefined;

  return {
    place: folder,

    lock: (run) => {
      const lock = () => lockFolder(folder, run);
      return trying(folder, 'to take the folder for this run', lock, { ...FIXES, ...NO_ROOM_FOR_A_LOCK });
    },

    async list() {
      await putBack(folder);
      return (await look(folder)).listed;
    },

    async unfinished() {
      return (await look(folder)).unfinished;
    },

    async create(name) {
      checkName(name, folder);
      // What cannot be swept up now keeps no checkpoint from being written: it is tried again with the next.
      swept ??= sweep(folder).catch(() => {
        swept = undefined;
      });
      await swept;
      return createDraft(folder, name);
    },

    async read(name, file, most) {
      const path = join(folder, checkName(name, folder), checkName(file, `${folder}/${name}`));
      try {
        if (!(await lstat(join(folder, name))).isDirectory()) throw noFolder(join(folder, name));
        return await readRegular(path, most);
      } catch (cause) {
        if (cause instanceof WallclockError) throw cause;
        if (isMissing(cause))
          throw new WallclockError({ where: path, expected: 'a file', got: 'none', cause });
        const unread = asUnreadable(path, cause);
        throw unread === cause ? failed(path, 'to read the file', cause) : unread;
      }
    },

    async remove(name) {
      const path = join(folder, checkName(name, folder));
      await trying(path, 'to delete the checkpoint', async () => {
        if (!(await exists(path))) return;
        // Gone in one stroke, manifest and all: what is deleted file by file is no checkpoint any more.
        const hidden = hide(folder, name, 'draft');
        await rename(path, hidden);
        await syncFolder(folder);
        await rm(hidden, { recursive: true, force: true });
      });
    },

    async rename(name, to) {
      const path = join(folder, checkName(name, folder));
      const target = join(folder, checkName(to, folder));
      await trying(path, `to give it the name ${to}`, async () => {
        if (await exists(target)) throw new Error('The name is taken.');
        await rename(path, target);
        await syncFolder(folder);
      });
    },

    sha256,

    writer: () => threadWriter(folder, (listener) => startThread(folder, listener)),
  };
}

/** Bytes of one call, which takes less than 2 GiB. */
const PIECE = 1 << 28;

function sha256(bytes: Uint8Array): string {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE) hash.update(bytes.subarray(at, at + PIECE));
  return hash.digest('hex');
}

/** What stands under names that a checkpoint may have. */
async function look(folder: string) {
  const entries = (await entriesOf(folder)).filter(({ name }) => isName(name));
  const folders = entries.filter((entry) => entry.isDirectory());
  // All at once: one after the other, ten thousand would take seconds.
  const finished = await Promise.all(folders.map(({ name }) => hasManifest(folder, name)));
  // Something else under such a name is no checkpoint, and is told as a damaged one: a link, say, to another disk.
  const others = entries.filter((entry) => !entry.isDirectory() && isTaken(entry.name));
  return {
    listed: [...folders.filter(({ name }, index) => finished[index] || isAside(name)), ...others].map(
      ({ name }) => name,
    ),
    unfinished: folders
      .filter(({ name }, index) => finished[index] === false && !isAside(name))
      .map(({ name }) => name),
  };
}

/**
 * Whether a folder holds a manifest. One that nobody may look into is a checkpoint by its name alone, so that who reads it
 * is told why he cannot; under any other name it is none of ours, and undefined.
 */
async function hasManifest(folder: string, name: string): Promise<boolean | undefined> {
  return exists(join(folder, name, MANIFEST)).catch(() => isTaken(name) || undefined);
}

function isTaken(name: string): boolean {
  return checkpointStep(name) !== undefined || isAside(name);
}

function startThread(folder: string, { onMessage, onDeath }: ThreadListener): WriterThread {
  // Of what the program was started with, the thread needs nothing; some of it is for programs alone.
  const thread = new Worker(new URL('./node-fs-writer.ts', import.meta.url), {
    workerData: folder,
    execArgv: [],
  });
  thread.on('message', onMessage);
  thread.on('error', (error) => onDeath(messageOf(error)));
  thread.on('exit', (code) => onDeath(`its exit with code ${code}`));
  return thread;
}

async function createDraft(folder: string, name: string): Promise<CheckpointDraft> {
  const draft = hide(folder, name, 'draft');
  const written = new Set<string>();
  let open = true;
  await trying(join(folder, name), 'to make a folder', () => mkdir(draft, { recursive: true }));

  return {
    async write(file, bytes) {
      const where = join(folder, name, checkName(file, `${folder}/${name}`));
      if (!open) {
        const got = 'a file after its end';
        throw new WallclockError({ where, expected: 'files before commit() or abandon()', got });
      }
      await trying(where, 'to write the file', () => writeThrough(join(draft, file), bytes));
      written.add(file);
    },

    async commit() {
      if (!open) return;
      await trying(join(folder, name), 'to put the checkpoint in its place', async () => {
        await syncFolder(draft);
        checkThere(written, await readdir(draft), join(folder, name));
        await replace(folder, name, draft);
      });
      open = false;
    },

    async abandon() {
      if (!open) return;
      open = false;
      await trying(draft, 'to delete the draft', () => rm(draft, { recursive: true, force: true }));
    },
  };
}

/**
 * What deletes a folder deletes its files one by one, and fails where another has come meanwhile.
 *
 * @throws {WallclockError} where a file of a draft is not there any more.
 */
function checkThere(written: ReadonlySet<string>, there: readonly string[], where: string): void {
  const gone = [...written].find((file) => !there.includes(file));
  if (gone === undefined) return;
  const fix = 'Something has deleted it meanwhile: save again.';
  throw new WallclockError({ where: join(where, gone), expected: 'what was written', got: 'none', fix });
}

/** Renames the draft to its name. A folder cannot be renamed over another one: the old one steps aside for a moment. */
async function replace(folder: string, name: string, draft: string): Promise<void> {
  const path = join(folder, name);
  const old = (await isReplaceable(path)) ? hide(folder, name, 'old') : undefined;
  try {
    if (old) await rename(path, old);
    await rename(draft, path);
    await syncFolder(folder);
    // The new one stands: what is left of the old one is swept up later.
    if (old) await rm(old, { recursive: true, force: true }).catch(() => {});
  } catch (error) {
    if (old && !(await exists(path))) await rename(old, path).catch(() => {});
    throw error;
  }
}

/**
 * Whether a checkpoint is there, whole or not. False where nothing is.
 *
 * @throws {WallclockError} where it is something else: nobody has asked to delete that.
 */
async function isReplaceable(path: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  const files = (await lstat(path)).isDirectory() ? await readdir(path) : [path];
  if (files.includes(MANIFEST)) return true;
  const other = files.find((file) => !CHECKPOINT_FILES.some((known) => known === file));
  if (other === undefined) return true;
  throw new WallclockError({
    where: path,
    expected: 'a name that is free, or a checkpoint',
    got: other === path ? 'something that is no folder' : `a folder with ${other}`,
    fix: 'Give it another name, or save in another folder.',
  });
}

/** Deletes the drafts of processes that have ended, and ends the replacements that they did not. */
async function sweep(folder: string): Promise<void> {
  await putBack(folder);
  for (const { path } of await leftBehind(folder)) {
    await trying(path, 'to delete what a run that died has left', () =>
      rm(path, { recursive: true, force: true }),
    );
  }
}

/** A checkpoint whose replacement was cut short between two renames is put back in its place. */
async function putBack(folder: string): Promise<void> {
  for (const { kind, name, path } of await leftBehind(folder)) {
    if (kind !== 'old' || (await exists(join(folder, name)))) continue;
    await trying(path, 'to put a checkpoint back in its place', () => rename(path, join(folder, name)));
  }
}

async function leftBehind(folder: string) {
  const found: { readonly name: string; readonly kind: string; readonly path: string }[] = [];
  for (const entry of await entriesOf(folder)) {
    const { name, kind, owner, place } = HIDDEN.exec(entry.name)?.groups ?? {};
    if (name === undefined || kind === undefined || owner === undefined) continue;
    const path = join(folder, entry.name);
    const life = lifeByName(owner, place);
    if (life === 'dead' || (life === 'unseen' && (await isSilent(folder, path)))) {
      found.push({ name, kind, path });
    }
  }
  return found;
}

/**
 * Whether nothing has been done in a hidden folder for so long that its process is dead, where that cannot be seen. It is
 * so long before the last sign of life of whoever has this folder: that is told by the same clock.
 */
async function isSilent(folder: string, path: string): Promise<boolean> {
  const now = await lastSignIn(folder);
  if (now === undefined) return false;
  try {
    const files = (await readdir(path)).map((file) => join(path, file));
    // What is only renamed has been changed as well, though not modified.
    const changed = await Promise.all([path, ...files].map(async (one) => (await lstat(one)).ctimeMs));
    return now - Math.max(...changed) >= MOST_SILENCE;
  } catch {
    // It is being deleted.
    return false;
  }
}

function hide(folder: string, name: string, kind: 'draft' | 'old'): string {
  return join(folder, `.${name}.${OWN}-${threadId}-${drafts++}.${HERE_IN_NAME}.${kind}`);
}

/** Resolves when the bytes are on the disk. */
async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function noFolder(where: string): WallclockError {
  return new WallclockError({ where, expected: 'a folder', got: 'something else' });
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw failed(folder, 'a folder that can be read', cause);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (cause) => {
      if (isMissing(cause)) return false;
      throw failed(path, 'to look at it', cause);
    },
  );
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function trying<Result>(
  where: string,
  what: string,
  act: () => Promise<Result>,
  fixes?: Fixes,
): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    throw cause instanceof WallclockError ? cause : failed(where, what, cause, fixes);
  }
}

type Fixes = { readonly [code: string]: string };

const FIXES: Fixes = {
  ENOSPC:
    'The disk is full: free some room, or keep fewer checkpoints, with keep: { latest: 1 } or --keep-latest 1.',
  EDQUOT:
    'The quota is used up: free some room, or keep fewer checkpoints, with keep: { latest: 1 } or --keep-latest 1.',
  EFBIG: 'A file may not grow so large: raise the limit of the size of files, with ulimit -f unlimited.',
  EACCES: 'Choose a folder that this user may write to.',
  EPERM: 'Choose a folder that this user may write to.',
  EROFS: 'Choose a folder on a file system that can be written to.',
  ENOTDIR: 'A file is in the way: choose another folder.',
};

/** Nothing is deleted before the folder is taken, so that rules which keep fewer make no room for its lock. */
const NO_ROOM_FOR_A_LOCK: Fixes = {
  ENOSPC: 'The disk is full, and has no room for a lock: free some, by deleting an old checkpoint, say.',
  EDQUOT:
    'The quota is used up, and leaves no room for a lock: free some, by deleting an old checkpoint, say.',
};

function failed(where: string, expected: string, cause: unknown, fixes = FIXES): WallclockError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const fix = code === undefined ? undefined : fixes[code];
  return new WallclockError({ where, expected, got: message, ...(fix && { fix }), cause });
}
