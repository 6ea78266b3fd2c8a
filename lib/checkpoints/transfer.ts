import { WallclockError } from '../core/errors.ts';
import { packCheckpoint, unpackCheckpoint } from './archive.ts';
import { CHECKPOINT_FILES, readCheckpoint } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { CheckpointFile } from './checkpoint-writer.ts';
import { MANIFEST } from './manifest.ts';
import { readIfThere } from './put-aside.ts';

/**
 * A checkpoint of a store as one file, once all of it has been verified.
 *
 * @throws {WallclockError} where it is damaged.
 * @example
 * ```ts
 * const [here, there] = [memoryStore(), memoryStore()];
 * await train(model, { data, store: here, strategy: { save: '2 steps', maxSteps: 2 } });
 * const file = await exportCheckpoint(here, 'checkpoint-2');
 * await importCheckpoint(there, file); // 'checkpoint-2'
 * ```
 */
export async function exportCheckpoint(
  store: CheckpointStore,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  await readCheckpoint(store, name);
  const files: CheckpointFile[] = [];
  for (const file of [...CHECKPOINT_FILES, MANIFEST]) {
    files.push([file, new Uint8Array(await store.read(name, file))]);
  }
  return packCheckpoint({ name, files });
}

/** One that was put aside as one file, as it is: for somebody to look at. Nothing takes it back. */
export async function exportAside(store: CheckpointStore, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const files: CheckpointFile[] = [];
  for (const file of [...CHECKPOINT_FILES, MANIFEST]) {
    const bytes = await readIfThere(store, name, file);
    if (bytes) files.push([file, new Uint8Array(bytes)]);
  }
  return packCheckpoint({ name, files });
}

/**
 * Takes a checkpoint's file back, once all of it has been verified; until then nothing is changed.
 *
 * @param where it comes from, for messages: the name of the file.
 * @returns the checkpoint's name.
 * @throws {WallclockError} where it is no checkpoint, is damaged, or the store has one of that name already.
 */
export async function importCheckpoint(
  store: CheckpointStore,
  archive: Uint8Array<ArrayBuffer>,
  where = 'the archive',
): Promise<string> {
  const { name, files } = unpackCheckpoint(archive, where);
  const held = new Map(files);
  await readCheckpoint(
    {
      place: where,
      async read(_, file) {
        const bytes = held.get(file);
        if (bytes) return bytes;
        throw new WallclockError({ where: `${where}/${name}/${file}`, expected: 'a file', got: 'none' });
      },
    },
    name,
  );
  if ((await store.list()).includes(name)) {
    const fix = 'Delete that one first.';
    throw new WallclockError({ where: store.place, expected: `no ${name} yet`, got: 'one', fix });
  }
  const draft = await store.create(name);
  try {
    for (const file of [...CHECKPOINT_FILES, MANIFEST]) await draft.write(file, held.get(file)!);
    await draft.commit();
  } catch (error) {
    await draft.abandon().catch(() => {});
    throw error;
  }
  return name;
}
