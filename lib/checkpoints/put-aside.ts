import { messageOf, WallclockError } from '../core/errors.ts';
import { CHECKPOINT_FILES } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { MANIFEST } from './manifest.ts';
import type { DamagedCheckpoint } from './newest-whole.ts';

/**
 * Keeps damaged checkpoints for somebody to look at, under names that no run writes or deletes: `checkpoint-40.damaged`.
 * One that cannot be put aside stays where it is, and so does what is none of Wallclock's. What is unfinished is put aside
 * where the store can rename, with whatever else lies in it.
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
  for (const { name, problem, stays } of damaged) {
    // Its step's save would not take the place of one in which something else lies: a note, what a system leaves.
    const moves = stays === undefined || (stays === 'unfinished' && store.rename);
    const where = moves ? await whereNow(store, name) : STAYS[stays];
    messages.push(`${name} was passed over: ${problem} ${where}`);
  }
  return messages;
}

const STAYS = {
  foreign: 'It stays where it is.',
  'too large': 'It stays where it is.',
  unreadable: 'It stays where it is.',
  unfinished: 'It stays where it is until its step is saved.',
} as const satisfies { [why in NonNullable<DamagedCheckpoint['stays']>]: string };

async function whereNow(store: CheckpointStore, name: string): Promise<string> {
  try {
    const taken = await store.list();
    let aside = `${name}.damaged`;
    for (let count = 2; taken.includes(aside); count++) aside = `${name}.damaged-${count}`;
    await (store.rename ? store.rename(name, aside) : copy(store, name, aside));
    return `It is kept as ${aside}.`;
  } catch (error) {
    return `It stays where it is, because it could not be put aside: ${messageOf(error)}`;
  }
}

/** Copies whatever of its files is there, and removes it when its copy exists. */
async function copy(store: CheckpointStore, name: string, aside: string): Promise<void> {
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
}

/** What cannot be read may be whole, and come back: it is not removed. */
export async function readIfThere(store: CheckpointStore, name: string, file: string) {
  try {
    return await store.read(name, file);
  } catch (error) {
    if (error instanceof WallclockError && error.got === 'none') return undefined;
    throw error;
  }
}
