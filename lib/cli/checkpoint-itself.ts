import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { CHECKPOINT_FILES } from '../checkpoints/checkpoint.ts';
import { checkpointStep, isAside } from '../checkpoints/checkpoint-name.ts';
import { MANIFEST } from '../checkpoints/manifest.ts';

/** A checkpoint, and the folder in which it lies. */
export interface CheckpointItself {
  readonly folder: string;
  readonly name: string;
}

/**
 * Where a folder is itself a checkpoint, and not that of a run: also an unfinished one, one that was put aside, a copy under
 * a name of its own, and what a link of another name leads to. Undefined where it is none.
 */
export function checkpointItself(folder: string): CheckpointItself | undefined {
  const path = resolve(folder);
  // Under the name of a checkpoint a link is none, whatever it leads to: so it is for a run.
  const itself = isOurs(basename(path)) ? path : realPath(path);
  const name = basename(itself);
  const entries = entriesOf(itself);
  const isOne = isOurs(name) ? isThere(itself) && !holdsRun(entries) : holdsCheckpoint(entries);
  return isOne ? { folder: dirname(itself), name } : undefined;
}

function isOurs(name: string): boolean {
  return checkpointStep(name) !== undefined || isAside(name);
}

/** A run may have been told to write to a folder of such a name. */
function holdsRun(entries: readonly string[]): boolean {
  return !entries.includes(MANIFEST) && entries.some((entry) => entry === 'run.jsonl' || isOurs(entry));
}

/** Other things have a manifest.json as well. */
function holdsCheckpoint(entries: readonly string[]): boolean {
  return entries.includes(MANIFEST) && CHECKPOINT_FILES.some((file) => entries.includes(file));
}

/** None where it cannot be listed: why, whoever reads it will say. */
function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
