import { readStory } from '../checkpoints/checkpoint.ts';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';

/** The seed that the newest checkpoint which can be read tells. Undefined where none does. */
export async function storedSeed(store: CheckpointStore): Promise<number | undefined> {
  for (const name of sortCheckpoints(await store.list()).reverse()) {
    const story = await readStory(store, name).catch(() => undefined);
    if (story) return story.seed;
  }
  return undefined;
}
