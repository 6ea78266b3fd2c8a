import { constants } from 'node:fs';
import { link, lstat, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { messageOf, WallclockError } from '../../core/errors.ts';
import { runInWords, StoreTaken } from '../store-taken.ts';
import { makeFolder } from './node-fs-make-folder.ts';
import { HERE, lifeOf, OWN, type Place } from './node-fs-owner.ts';
import { openRegular, readOpen } from './node-fs-regular.ts';
import { giveSignsOfLife, MOST_SILENCE } from './node-fs-sign-of-life.ts';

/*
 *   .wallclock.lock             the run that writes here, and its process
 *   .wallclock.lock.after.<id>  who takes over from the lock of this id, whose process has died
 *   .wallclock.lock.<id>        a lock that is being written
 *
 * The time of modification of a lock is its process's last sign of life, for those who cannot see the process.
 *
 * Of those that want to take over, one gets the name `after`; it is the heir. It puts its own lock in the place of the
 * dead one, and only then the name is free again: whoever is late finds another lock there. Where an heir dies in
 * between, it has an heir of its own. So there is no file that only people could judge.
 */
const LOCK = '.wallclock.lock';
const HEIR = /^\.wallclock\.lock\.after\./;
const WRITTEN = /^\.wallclock\.lock\.(?<owner>\d+-\d+)-\d+-\d+$/;
/** So many heirs do not die one after the other. */
const MOST_HEIRS = 1000;
const MOST_BYTES = 65_536;
let locks = 0;

interface Holder {
  readonly run: string;
  readonly owner: string;
  /** Nobody else's, ever. */
  readonly id: string;
  /** Where its process runs. An earlier version did not say. */
  readonly place?: Place;
}

/** As it was read. */
interface Found extends Holder {
  /** When it gave its last sign of life, in milliseconds of the file system's clock. */
  readonly seen: number;
}

/** A lock that says nothing: it is nobody's. */
const NOBODY: Holder = { run: '', owner: '', id: 'nobody' };

/**
 * Takes a folder for one run, by a file that names it, and gives signs of life there. A lock whose process has died is taken
 * over. One of another host, or of processes that cannot be seen from here, is dead when it has given no sign of life for
 * {@link MOST_SILENCE}.
 *
 * @returns what gives it back. Called once more it does nothing, whoever has the folder then.
 * @throws {WallclockError} where another run has it.
 */
export async function lockFolder(folder: string, run: string): Promise<() => Promise<void>> {
  await makeFolder(folder);
  const path = join(folder, LOCK);
  const { id, own, now } = await writeOwn(path, run);
  try {
    while (!(await isLinked(own, path))) {
      const line = await lineOf(path);
      const last = line.at(-1);
      if (last) checkIsDead(last, folder, now);
      if (last && (await takeOver(own, path, line))) break;
    }
  } catch (error) {
    await giveBack(path, id).catch(() => {});
    throw error;
  } finally {
    // It locks nothing: what is left of it is in nobody's way.
    await rm(own, { force: true }).catch(() => {});
  }
  const endSigns = giveSignsOfLife(() => signAs(id, path));
  await sweep(folder, now).catch(() => {});
  return () => {
    endSigns();
    return giveBack(path, id);
  };
}

/**
 * Writes a lock of this process that locks nothing yet.
 *
 * @returns its id, its path, and the time by the clock of the file system, which all see that use the folder: those of their
 *   machines may differ by minutes.
 */
async function writeOwn(path: string, run: string) {
  const id = `${OWN}-${threadId}-${locks++}`;
  const own = `${path}.${id}`;
  try {
    await writeFile(own, JSON.stringify({ run, owner: OWN, id, place: HERE } satisfies Holder));
    return { id, own, now: (await stat(own)).mtimeMs };
  } catch (error) {
    await rm(own, { force: true }).catch(() => {});
    throw error;
  }
}

/**
 * Writes the first byte of the lock once more, as it is: so the file system sets the time, by its own clock, and nobody reads
 * half a lock. One that is not its own any more is left alone.
 */
async function signAs(id: string, path: string): Promise<void> {
  const file = await openRegular(path, constants.O_RDWR);
  try {
    const bytes = await readOpen(file, path, MOST_BYTES);
    if (holderIn(bytes).id === id) await file.write(bytes, 0, 1, 0);
  } finally {
    await file.close();
  }
}

/** What cannot be deleted keeps nobody out once this process has ended. */
async function giveBack(path: string, id: string): Promise<void> {
  try {
    if ((await readHolder(path))?.id === id) await rm(path, { force: true });
  } catch (cause) {
    throw new WallclockError({
      where: path,
      expected: 'to give the folder back',
      got: messageOf(cause),
      fix: 'It is free when this process has ended.',
      cause,
    });
  }
}

/** The lock, and its heirs: the last one of them has the folder. Empty where it is free. */
async function lineOf(path: string): Promise<readonly Found[]> {
  const line: Found[] = [];
  for (let next = path; ; next = heirOf(path, line.at(-1)!)) {
    const holder = await readHolder(next);
    if (!holder) return line;
    if (line.push(holder) > MOST_HEIRS) throw stuck(next);
  }
}

function heirOf(path: string, { id }: Holder): string {
  return `${path}.after.${id}`;
}

/** @returns whether the folder is its own now: another one may have been faster. */
async function takeOver(own: string, path: string, line: readonly Holder[]): Promise<boolean> {
  const heir = heirOf(path, line.at(-1)!);
  if (!(await isLinked(own, heir))) return false;
  try {
    if ((await readHolder(path))?.id !== line[0]!.id) return false;
    await rename(own, path);
    return true;
  } finally {
    await rm(heir, { force: true });
  }
}

/** Deletes what processes have left that died before they had the folder, or when they had just got it. */
async function sweep(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const written = WRITTEN.exec(name)?.groups?.owner;
    if (written === undefined && !HEIR.test(name)) continue;
    const holder = await readHolder(path);
    // What is being written may say nothing yet, but for its name.
    if (holder && isDead({ ...holder, owner: written ?? holder.owner }, now)) await rm(path, { force: true });
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

/** Undefined where there is none. @throws {WallclockError} where a folder is in its place, which no file can take. */
async function readHolder(path: string): Promise<Found | undefined> {
  try {
    const file = await openRegular(path);
    try {
      // Of the open file: over a network, a name's times may be those of a minute ago.
      const { mtimeMs: seen } = await file.stat();
      return { ...holderIn(await readOpen(file, path, MOST_BYTES)), seen };
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(error instanceof WallclockError)) throw error;
    await checkIsNoFolder(path);
    return { ...NOBODY, seen: 0 };
  }
}

function holderIn(bytes: Uint8Array): Holder {
  try {
    const { run, owner, id, place } = JSON.parse(new TextDecoder().decode(bytes)) as {
      [key in keyof Holder]?: unknown;
    };
    if (typeof run !== 'string' || typeof owner !== 'string') return NOBODY;
    return { run, owner, id: isId(id) ? id : NOBODY.id, ...(isPlace(place) && { place }) };
  } catch {
    // It is no JSON, or null.
    return NOBODY;
  }
}

async function checkIsNoFolder(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isDirectory()) return;
  const fix = 'Move it out of the way, or choose another folder.';
  throw new WallclockError({ where: path, expected: 'a file, or nothing', got: 'a folder', fix });
}

/** It becomes a part of a name. */
function isId(id: unknown): id is string {
  return typeof id === 'string' && /^[\d-]{1,80}$/.test(id);
}

function isPlace(value: unknown): value is Place {
  const { host, boot, processes } = (value ?? {}) as { [key in keyof Place]?: unknown };
  return [host, boot, processes].every((part) => typeof part === 'string');
}

function isDead({ owner, place, seen }: Found, now: number): boolean {
  const life = lifeOf(owner, place);
  return life === 'dead' || (life === 'unseen' && now - seen >= MOST_SILENCE);
}

/** @throws {WallclockError} where it lives, or may live. */
function checkIsDead(found: Found, folder: string, now: number): void {
  if (isDead(found, now)) return;
  const { run, owner, place, seen } = found;
  const [process] = owner.split('-');
  const holder = `${runInWords(run)}, process ${process}`;
  if (lifeOf(owner, place) === 'alive') throw new StoreTaken(folder, holder);
  const seconds = Math.max(0, Math.floor((now - seen) / 1000));
  const fix =
    `It is on another host or in another container, and gave a sign of life ${seconds} s ago. ` +
    'Stop it first, or give this run another store. ' +
    `If it is known to be dead, wait a minute, or delete ${join(folder, LOCK)}.`;
  throw new StoreTaken(folder, `${holder} on ${place?.host}`, fix);
}

function stuck(where: string): WallclockError {
  const fix = `If no run begins in this folder at the moment, delete ${where}.`;
  return new WallclockError({ where, expected: 'the heir of a lock', got: 'a ring of them', fix });
}

/** Only looks, and leaves nothing. @throws {WallclockError} where a run has the folder at the moment, or may have it. */
export async function checkIsFree(folder: string): Promise<void> {
  const path = join(folder, LOCK);
  const holder = await readHolder(path);
  if (!holder) return;
  const now = lifeOf(holder.owner, holder.place) === 'unseen' ? await timeIn(path) : 0;
  // Where nothing can be written, no run begins: why is said by what wants to write there.
  if (now !== undefined) checkIsDead(holder, folder, now);
}

/**
 * When whoever has the folder gave its last sign of life, by the clock of the file system: hardly later than now. Undefined
 * where nobody has it.
 */
export async function lastSignIn(folder: string): Promise<number | undefined> {
  return lstat(join(folder, LOCK)).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** The time by the clock of the file system. Undefined where nothing can be written. */
async function timeIn(path: string): Promise<number | undefined> {
  try {
    const { own, now } = await writeOwn(path, '');
    await rm(own, { force: true }).catch(() => {});
    return now;
  } catch {
    return undefined;
  }
}
