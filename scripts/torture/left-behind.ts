import { readdir } from 'node:fs/promises';
import { sortCheckpoints } from '../../lib/checkpoints/checkpoint-name.ts';
import { nodeFsStore } from '../../lib/checkpoints/stores/node-fs-store.ts';
import { verifyFolder } from '../../lib/cli/verify-folder.ts';

/** What a killed run has left in its folder. */
export interface LeftBehind {
  /** The step of the newest checkpoint. 0 without one. */
  readonly newest: number;
  /** Checkpoints that were read, every byte. */
  readonly verified: number;
  /** Whether it was killed in the middle of a save or of a deletion. */
  readonly unfinished: boolean;
  /** What does not hold, in whole sentences. */
  readonly problems: readonly string[];
}

/** Holds a run's folder against what was promised. @param reported the newest step that was told to be saved. */
export async function lookAtLeftBehind(folder: string, reported: number): Promise<LeftBehind> {
  const entries = await readdir(folder).catch(() => []);
  const listed = sortCheckpoints(await nodeFsStore(folder).list());
  const found = entries.length > 0 ? await verifyFolder(folder) : [];
  const good = found.filter(({ state }) => state === 'good').map(({ name }) => name);
  const problems = found.flatMap((one) => (one.state === 'damaged' ? one.problems : []));
  for (const name of listed) {
    if (!good.includes(name)) problems.push(`${folder}/${name} is listed, and is not good.`);
  }
  const newest = Number(good.at(-1)?.split('-')[1] ?? 0);
  if (newest < reported) {
    problems.push(`${folder}: checkpoint-${reported} was reported, and the newest good one is ${newest}.`);
  }
  const unfinished = found.some(({ state }) => state === 'leftover' || state === 'unfinished');
  return { newest, verified: found.length, unfinished, problems };
}
