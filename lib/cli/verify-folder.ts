import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKPOINT_FILES, readCheckpoint } from '../checkpoints/checkpoint.ts';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import { MANIFEST, type Manifest, readManifest } from '../checkpoints/manifest.ts';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import { messageOf, WallclockError } from '../core/errors.ts';

/** What has been found out about one entry of a run's folder. */
export interface Verified {
  readonly name: string;
  /**
   * `good`: every byte is as its manifest says. `unfinished`: there is no manifest, so that it does not count.
   * `leftover`: a temporary folder of a run that writes, or died. `aside`: a damaged one that a resumed run has put aside,
   * and that does not count any more.
   */
  readonly state: 'good' | 'damaged' | 'unfinished' | 'leftover' | 'aside';
  /** Of all its files, by its manifest. */
  readonly bytes: number;
  /** What is damaged, in whole sentences. */
  readonly problems: readonly string[];
}

/** What is no checkpoint, and is told. */
const OTHERS = { leftover: /^\..+\.(draft|old)$/, aside: /^checkpoint-\d+\.damaged(-\d+)?$/ };
/** A manifest lists a few files; a larger one was not written by Wallclock. */
const MOST_MANIFEST_BYTES = 1_000_000;

/**
 * Reads every byte of every checkpoint in a folder, and changes nothing.
 *
 * @throws {WallclockError} where there is no such folder.
 */
export async function verifyFolder(folder: string): Promise<readonly Verified[]> {
  const entries = await entriesOf(folder);
  const checkpoints = sortCheckpoints(entries);
  const verified: Verified[] = [];
  for (const name of checkpoints) verified.push(await verifyCheckpoint(folder, name));
  for (const name of entries.toSorted()) {
    for (const state of ['leftover', 'aside'] as const) {
      if (OTHERS[state].test(name)) verified.push({ name, state, bytes: 0, problems: [] });
    }
  }
  return verified;
}

async function verifyCheckpoint(folder: string, name: string): Promise<Verified> {
  const path = join(folder, name);
  const found = await lstat(path);
  if (!found.isDirectory()) return damaged(name, 0, [`${path}: expected a folder, got something else.`]);
  const manifest = await manifestOf(path);
  if (manifest === undefined) return { name, state: 'unfinished', bytes: 0, problems: [] };
  if (manifest instanceof Error) return damaged(name, 0, [manifest.message]);
  const unlisted = CHECKPOINT_FILES.filter((file) => !Object.hasOwn(manifest.files, file));
  const problems = unlisted.map((file) => `${path}: the manifest does not list ${file}.`);
  for (const entry of await readdir(path)) {
    if (entry === MANIFEST || Object.hasOwn(manifest.files, entry)) continue;
    problems.push(`${join(path, entry)}: expected no file that the manifest does not list.`);
  }
  let bytes = 0;
  for (const [file, listed] of Object.entries(manifest.files)) {
    bytes += listed.bytes;
    const problem = await problemOf(path, file, listed);
    if (problem) problems.push(problem);
  }
  if (problems.length === 0) problems.push(...(await problemsOfContent(folder, name)));
  return problems.length > 0 ? damaged(name, bytes, problems) : { name, state: 'good', bytes, problems };
}

/** What is written whole and belongs together may still be none of a run: in a folder of another name, say. */
async function problemsOfContent(folder: string, name: string): Promise<readonly string[]> {
  return readCheckpoint(nodeFsStore(folder), name).then(
    () => [],
    (error: unknown) => [messageOf(error)],
  );
}

async function manifestOf(path: string): Promise<Manifest | Error | undefined> {
  const where = join(path, MANIFEST);
  try {
    const found = await lstat(where);
    if (!found.isFile() || found.size > MOST_MANIFEST_BYTES) {
      const got = found.isFile() ? `${found.size} bytes` : 'something else';
      throw new WallclockError({ where, expected: 'a manifest', got });
    }
    return readManifest(await readFile(where), where);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (error as Error);
  }
}

/** Undefined where the file is as the manifest says. No more of it is read than that. */
async function problemOf(
  path: string,
  file: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
): Promise<string | undefined> {
  const where = join(path, file);
  try {
    const found = await lstat(where);
    if (!found.isFile()) return `${where}: expected a file, got something else.`;
    if (found.size !== bytes) return `${where}: expected ${bytes} bytes, got ${found.size}.`;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(where, { end: Math.max(0, bytes - 1) })) hash.update(chunk);
    const digest = hash.digest('hex');
    return digest === sha256 ? undefined : `${where}: expected SHA-256 ${sha256}, got ${digest}.`;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return `${where}: ${missing ? 'expected a file, got none' : messageOf(error)}.`;
  }
}

function damaged(name: string, bytes: number, problems: readonly string[]): Verified {
  return { name, state: 'damaged', bytes, problems };
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new WallclockError({
      where: folder,
      expected: 'the folder of a run',
      got: messageOf(cause),
      cause,
    });
  }
}
