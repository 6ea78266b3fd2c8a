import { access, constants, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import { messageOf, WallclockError } from '../core/errors.ts';

/** What a run must have in common with the one it goes on from. */
export interface RunSettings {
  readonly demo: string;
  readonly seed: number;
}

/**
 * A folder that holds one run.
 *
 * ```
 * runs/digits/
 *   checkpoint-1200/   …
 *   run.jsonl          the run's events, one a line
 *   settings.json      the demo and the seed, without which it cannot be resumed
 * ```
 */
export interface RunFolder {
  readonly journal: string;
  readonly store: CheckpointStore;
  readonly settings: RunSettings;
  /** Whether there is a checkpoint to go on from. */
  readonly resumes: boolean;
  /** Makes the folder. Nothing is written before. */
  make(): Promise<void>;
}

export interface RunFolderOptions {
  readonly demo: string;
  /** As asked for. */
  readonly seed: number | undefined;
  /** Where neither the command nor the folder says. */
  readonly defaultSeed: number;
  readonly resume: boolean;
}

/**
 * Looks at the folder of a run that is about to begin.
 *
 * @throws {WallclockError} where a run is in the way, or is not the one that is to be resumed.
 */
export async function openRunFolder(folder: string, options: RunFolderOptions): Promise<RunFolder> {
  const { demo, seed, defaultSeed, resume } = options;
  const journal = join(folder, 'run.jsonl');
  const settingsFile = join(folder, 'settings.json');
  const store = nodeFsStore(folder);
  await checkIsFolder(folder);
  await checkIsWritable(folder);
  const checkpoints = await store.list();

  if (!resume && (checkpoints.length > 0 || (await size(journal)) > 0)) {
    const fix = 'Go on with it by --resume, or name another folder.';
    throw new WallclockError({ where: '--out', expected: 'a folder without a run', got: folder, fix });
  }
  const before = checkpoints.length > 0 ? await readSettings(settingsFile) : undefined;
  if (before && before.demo !== demo) {
    const expected = `'${before.demo}', the demo of the run in ${folder}`;
    throw new WallclockError({ where: '--resume', expected, got: demo });
  }
  if (before && seed !== undefined && before.seed !== seed) {
    const fix = 'Leave --seed out.';
    throw new WallclockError({
      where: '--seed',
      expected: `${before.seed}, as the run began`,
      got: seed,
      fix,
    });
  }
  const settings = { demo, seed: seed ?? before?.seed ?? defaultSeed };
  return {
    journal,
    store,
    settings,
    resumes: checkpoints.length > 0,
    async make() {
      try {
        await mkdir(folder, { recursive: true });
        if (checkpoints.length === 0) await keepAside(journal);
        await writeFile(settingsFile, `${JSON.stringify(settings)}\n`, { flush: true });
      } catch (cause) {
        throw unwritable(folder, cause);
      }
    },
  };
}

async function checkIsFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found || found.isDirectory()) return;
  throw new WallclockError({ where: '--out', expected: 'a folder', got: `${folder}, a file` });
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
  const got = `${folder}: ${messageOf(cause)}`;
  return new WallclockError({ where: '--out', expected: 'a folder to write to', got, cause });
}

/** The events of a run that left no checkpoint are no part of the one that starts afresh. */
async function keepAside(journal: string): Promise<void> {
  if ((await size(journal)) === 0) return;
  let count = 1;
  while (await stat(`${journal}.${count}.old`).catch(() => undefined)) count++;
  await rename(journal, `${journal}.${count}.old`);
}

async function size(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function readSettings(file: string): Promise<RunSettings> {
  try {
    const { demo, seed } = JSON.parse(await readFile(file, 'utf8')) as {
      [key in keyof RunSettings]: unknown;
    };
    if (typeof demo === 'string' && Number.isSafeInteger(seed)) return { demo, seed: seed as number };
    throw new TypeError('It holds something else.');
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : cause;
    const fix = `Write it as {"demo":"spirals","seed":42}, as the run began.`;
    throw new WallclockError({ where: file, expected: 'the demo and the seed of the run', got, fix, cause });
  }
}
