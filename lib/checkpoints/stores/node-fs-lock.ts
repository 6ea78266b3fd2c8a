import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { messageOf, WallclockError } from '../../core/errors.ts';
import { StoreTaken } from '../store-taken.ts';
import { makeFolder } from './node-fs-make-folder.ts';
import { isAlive, OWN } from './node-fs-owner.ts';

/*
 *   .wallclock.lock           the run that writes here, and its process
 *   .wallclock.lock.taking    the one that takes over the lock of a dead process: one at a time
 */
const LOCK = '.wallclock.lock';
const TAKING = `${LOCK}.taking`;
/** Taking over is a matter of milliseconds. */
const MOST_ATTEMPTS = 1000;
let locks = 0;

interface Holder {
  readonly run: string;
  readonly owner: string;
}

/**
 * Takes a folder for one run of this machine, by a file that names it. A lock whose process has died is taken over.
 *
 * @returns what gives it back.
 * @throws {WallclockError} where another run has it.
 */
export async function lockFolder(folder: string, run: string): Promise<() => Promise<void>> {
  await makeFolder(folder);
  const path = join(folder, LOCK);
  const own = `${path}.${OWN}-${threadId}-${locks++}`;
  await writeFile(own, JSON.stringify({ run, owner: OWN } satisfies Holder));
  try {
    for (let attempt = 0; !(await isLinked(own, path)); attempt++) {
      const holder = await readHolder(path);
      if (holder && isAlive(holder.owner)) throw refused(folder, holder);
      if (await isLinked(own, join(folder, TAKING))) await takeOver(folder, path);
      else if (attempt === MOST_ATTEMPTS) throw stuck(folder);
      else await setTimeout(1);
    }
  } finally {
    // It locks nothing: what is left of it is in nobody's way.
    await rm(own, { force: true }).catch(() => {});
  }
  return () => giveBack(path);
}

/** What cannot be deleted keeps nobody out once this process has ended. */
async function giveBack(path: string): Promise<void> {
  await rm(path, { force: true }).catch((cause: unknown) => {
    throw new WallclockError({
      where: path,
      expected: 'to give the folder back',
      got: messageOf(cause),
      fix: 'It is free when this process has ended.',
      cause,
    });
  });
}

/** Only one at a time comes here: so what is found dead again is nobody's. */
async function takeOver(folder: string, path: string): Promise<void> {
  try {
    const holder = await readHolder(path);
    if (!holder || !isAlive(holder.owner)) await rm(path, { force: true });
  } finally {
    await rm(join(folder, TAKING), { force: true });
  }
}

/** Gives a file that has been written to its end another name, where nothing has it: nobody sees half a lock. */
async function isLinked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Over a network it may have been done all the same: then the file has two names.
    if ((await stat(own)).nlink > 1) return true;
    throw error;
  }
}

/** Undefined where it has gone, or holds something else. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const { run, owner } = JSON.parse(await readFile(path, 'utf8')) as { [key in keyof Holder]?: unknown };
    if (typeof run === 'string' && typeof owner === 'string') return { run, owner };
  } catch {}
  return undefined;
}

function refused(folder: string, { run, owner }: Holder): WallclockError {
  const [process] = owner.split('-');
  return new StoreTaken(folder, `run ${run}, process ${process}`);
}

function stuck(folder: string): WallclockError {
  return new WallclockError({
    where: folder,
    expected: 'the lock of a run that died to be taken over',
    got: TAKING,
    fix: `If no run begins in this folder at the moment, delete ${join(folder, TAKING)}.`,
  });
}

/** Only looks, and changes nothing. @throws {WallclockError} where a run has the folder at the moment. */
export async function checkIsFree(folder: string): Promise<void> {
  const holder = await readHolder(join(folder, LOCK));
  if (holder && isAlive(holder.owner)) throw refused(folder, holder);
}
