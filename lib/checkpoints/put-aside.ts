import { messageOf, WallclockError } from '../core/errors.ts';
import { CHECKPOINT_FILES } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { MANIFEST } from './manifest.ts';
import type { DamagedCheckpoint } from './newest-whole.ts';

/**
 * Keeps damaged checkpoints for somebody to look at, under names that no run writes or deletes: `checkpoint-40.damaged`.
 * One that cannot be put aside stays where it is.
 *
 * @returns what was passed over, why, and where it is now, in whole sentences.
 * @example
 * ```ts
 * const newest = await newestWhole(store);
 * if (newest) console.log(await putAside(store, newest.damaged));
 * ```
 */
export async function putAside(
  store: CheckpointStore,
  damaged: readonly DamagedCheckpoint[],
): Promise<readonly string[]> {
  const messages: string[] = [];
  for (const { name, problem } of damaged) {
    const where = await rename(store, name).then(
      (aside) => `It is kept as ${aside}.`,
      (error: unknown) => `It stays where it is, because it could not be put aside: ${messageOf(error)}`,
    );
    messages.push(`${name} was passed over: ${problem} ${where}`);
  }
  return messages;
}

/** Copies whatever of its files is there, and removes it when its copy exists. @returns the new name. */
async function rename(store: CheckpointStore, name: string): Promise<string> {
  const taken = await store.list();
  let aside = `${name}.damaged`;
  for (let count = 2; taken.includes(aside); count++) aside = `${name}.damaged-${count}`;
  const draft = await store.create(aside);
  try {
    for (const file of [...CHECKPOINT_FILES, MANIFEST]) {
      const bytes = await readIfThere(store, name, file);
      if (bytes) await draft.write(file, bytes);
    }
    await draft.commit();
  } catch (error) {
    await draft.abandon().catch(() => {});
    throw error;
  }
  await store.remove(name);
  return aside;
}

/** What cannot be read may be whole, and come back: it is not removed. */
async function readIfThere(store: CheckpointStore, name: string, file: string) {
  try {
    return await store.read(name, file);
  } catch (error) {
    if (error instanceof WallclockError && error.got === 'none') return undefined;
    throw error;
  }
}
