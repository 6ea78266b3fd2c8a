import { lstatSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { unfinishedIn } from '../checkpoints/newest-whole.ts';
import { putAside } from '../checkpoints/put-aside.ts';
import { checkIsFree } from '../checkpoints/stores/node-fs-lock.ts';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import { messageOf, WallclockError } from '../core/errors.ts';
import type { OptimizerName } from '../demos/optimizer-names.ts';
import { type JsonlFile, jsonlFile } from '../sinks/jsonl-file.ts';
import { agreeOn, type RetentionRules, type RunSettings, readSettings } from './run-settings.ts';
import { storedSeed } from './stored-seed.ts';

/**
 * A folder that holds one run.
 *
 * ```
 * runs/digits/
 *   checkpoint-1200/   …
 *   run.jsonl          the run's events, one a line
 *   settings.json      the demo, the seed and the optimizer, without which it cannot be resumed, and what it keeps
 * ```
 */
export interface RunFolder {
  /** The path of the file of the run's events. */
  readonly journal: string;
  /** Where its checkpoints are. */
  readonly store: CheckpointStore;
  readonly settings: RunSettings;
  /** Whether there is a checkpoint to go on from. */
  readonly resumes: boolean;
  /** Whether a run has begun in it: until then nothing is written. */
  readonly begun: boolean;
  /** Damaged checkpoints that were put aside: none of them is gone on from. */
  readonly aside: readonly string[];
  /** @throws {WallclockError} where nothing can be written to it. */
  checkIsWritable(): Promise<void>;
  /**
   * For a run in this folder. Whoever takes the store has the whole folder, and writes to it from the run's first event on:
   * a run whose checkpoint is refused leaves everything as it was.
   *
   * @param note hears what goes wrong with the file of events, and where the events of a run before are kept.
   */
  use(note: (text: string) => void): {
    readonly store: CheckpointStore;
    readonly journal: JsonlFile;
  };
}

export interface RunFolderOptions {
  readonly demo: string;
  /** As asked for. */
  readonly seed: number | undefined;
  readonly optimizer: OptimizerName | undefined;
  readonly rules: RetentionRules | undefined;
  /** Where neither the command nor the folder says. */
  readonly defaultSeed: number;
  readonly defaultRules: RetentionRules;
  readonly resume: boolean;
}

/**
 * Looks at the folder of a run that is about to begin. Nothing is written before its store is taken.
 *
 * @throws {WallclockError} where a run is in the way, or is not the one that is to be resumed, or where something else is in
 *   the place of a file.
 */
export async function openRunFolder(folder: string, options: RunFolderOptions): Promise<RunFolder> {
  const { resume } = options;
  const journal = join(folder, 'run.jsonl');
  const settingsFile = join(folder, 'settings.json');
  const store = nodeFsStore(folder);

  const asked = agreeOn(options, undefined, folder);
  const likely = async () => ({ ...asked, seed: (await storedSeed(store)) ?? asked.seed });

  /** What is there. */
  async function takeStock() {
    [journal, settingsFile].forEach(checkIsFile);
    const checkpoints = sortCheckpoints(await store.list());
    if (!resume && (checkpoints.length > 0 || size(journal) > 0)) {
      const fix = 'Go on with it by --resume, or name another folder.';
      const expected = 'a folder without a run';
      throw new WallclockError({ where: `--out ${folder}`, expected, got: 'one that holds a run', fix });
    }
    const resumes = checkpoints.length > 0;
    return {
      resumes,
      settings: agreeOn(options, resumes ? await readSettings(settingsFile, likely) : undefined, folder),
    };
  }

  await checkIsFolder(folder);
  await checkIsFree(folder).catch((cause) => {
    throw cause instanceof WallclockError ? cause : unwritable(folder, cause);
  });
  const seen = await takeStock();
  const { resumes, settings } = seen;
  let begun = false;

  /** What a run writes first of all. */
  function begin(note: (text: string) => void): JsonlFile {
    try {
      const aside = resumes ? undefined : keepAside(journal);
      if (aside) note(`The events of the run before are kept in ${aside}.`);
      const file = jsonlFile(journal, { onFailure: ({ message }) => note(message) });
      keepSettings(settingsFile, settings);
      begun = true;
      return file;
    } catch (cause) {
      throw cause instanceof WallclockError ? cause : unwritable(folder, cause);
    }
  }

  return {
    ...{ journal, store, settings, resumes },
    get begun() {
      return begun;
    },
    aside: await putAsideIn(folder),
    checkIsWritable: () => checkIsWritable(folder),
    use(note) {
      let file: JsonlFile | undefined;
      return {
        store: {
          ...store,
          async lock(run) {
            const release = await store.lock(run);
            try {
              // Another run may have been here since: this one has been told to go on with what was there before.
              if (!isDeepStrictEqual(await takeStock(), seen)) throw changed(folder);
              // A run that goes on puts them aside itself.
              const unfinished = resumes ? [] : await unfinishedIn(store);
              for (const message of await putAside(store, unfinished)) note(message);
            } catch (error) {
              await release();
              throw error;
            }
            return release;
          },
        },
        journal: {
          write(event) {
            file ??= begin(note);
            file.write(event);
          },
          position: () => file!.position(),
          sync: () => file!.sync(),
          close: () => file?.close(),
        },
      };
    },
  };
}

function changed(folder: string): WallclockError {
  return new WallclockError({
    where: `--out ${folder}`,
    expected: 'what was there when this command began',
    got: 'what another run has made of it since',
    fix: 'Begin again.',
  });
}

async function putAsideIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^checkpoint-\d+\.damaged/.test(name)).sort();
}

async function checkIsFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found || found.isDirectory()) return;
  throw new WallclockError({ where: `--out ${folder}`, expected: 'a folder', got: 'a file' });
}

/** Nothing is read through a link, which might lead anywhere, or from a pipe, which might never end; nor written. */
function checkIsFile(path: string): void {
  const found = look(path);
  if (!found || found.isFile()) return;
  throw new WallclockError({
    where: path,
    expected: 'a file',
    got: found.isSymbolicLink() ? 'a link' : 'something else',
    fix: 'Move it out of the way, or name another folder by --out.',
  });
}

/** Said before anything is loaded: of a folder that is not there yet, the nearest one that is. */
async function checkIsWritable(folder: string): Promise<void> {
  for (let nearest = resolve(folder); ; nearest = dirname(nearest)) {
    try {
      return await access(nearest, constants.W_OK | constants.X_OK);
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      if (!missing || nearest === dirname(nearest)) throw unwritable(folder, cause);
    }
  }
}

function unwritable(folder: string, cause: unknown): WallclockError {
  const where = `--out ${folder}`;
  const inTheWay = (cause as NodeJS.ErrnoException).code === 'ENOTDIR';
  const got = inTheWay ? 'one within a file' : messageOf(cause);
  return new WallclockError({ where, expected: 'a folder to write to', got, cause });
}

/** The events of a run that left no checkpoint are no part of the one that starts afresh. @returns where they are now. */
function keepAside(journal: string): string | undefined {
  if (size(journal) === 0) return undefined;
  let count = 1;
  while (look(`${journal}.${count}.old`)) count++;
  const aside = `${journal}.${count}.old`;
  renameSync(journal, aside);
  return aside;
}

/** Whole or not at all: without it no checkpoint of the run would be gone on with. */
function keepSettings(file: string, settings: RunSettings): void {
  const draft = join(dirname(file), '.settings.json.draft');
  try {
    // Of a run that died; whatever it is by now, it is not written through.
    rmSync(draft, { force: true });
    writeFileSync(draft, `${JSON.stringify(settings)}\n`, { flag: 'wx', flush: true });
    renameSync(draft, file);
  } catch (error) {
    try {
      rmSync(draft, { force: true });
    } catch {
      // The first error says why.
    }
    throw error;
  }
}

function size(file: string): number {
  return look(file)?.size ?? 0;
}

/** What is there itself: no link is followed. Undefined where there is nothing. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
