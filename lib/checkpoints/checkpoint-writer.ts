import type { CheckpointStore } from './checkpoint-store.ts';
import { encodeManifest, MANIFEST } from './manifest.ts';

/** A file of a checkpoint in memory: its name and its bytes. */
export type CheckpointFile = readonly [name: string, bytes: Uint8Array<ArrayBuffer>];

/** Writes checkpoints into a store, whole or not at all, and one after the other. */
export interface CheckpointWriter {
  /**
   * Adds a manifest to the files and makes a checkpoint of them. They are given away: their memory may be gone afterwards.
   *
   * @returns bytes of all of its files.
   */
  write(name: string, files: readonly CheckpointFile[]): Promise<number>;
  /** Lets go of the thread, where there is one. What is being written then is not. */
  close(): void;
}

/**
 * Writes a checkpoint's files and their manifest into a store on this thread, whole or not at all: what a
 * {@link CheckpointWriter} of a store of your own does where it writes.
 *
 * @param name of the checkpoint: `checkpoint-40`.
 * @returns bytes of all of them.
 * @throws what the store does; the draft is abandoned then.
 * @example
 * ```ts
 * const store = memoryStore();
 * const write: CheckpointWriter['write'] = (name, files) => writeFiles(store, name, files);
 * await write('checkpoint-40', [['notes.txt', new TextEncoder().encode('hello')]]);
 * await store.list(); // ['checkpoint-40']
 * ```
 */
export async function writeFiles(
  store: CheckpointStore,
  name: string,
  files: readonly CheckpointFile[],
): Promise<number> {
  const manifest = encodeManifest(files, store.sha256?.bind(store));
  const draft = await store.create(name);
  try {
    for (const [file, bytes] of files) await draft.write(file, bytes);
    await draft.write(MANIFEST, manifest);
    await draft.commit();
  } catch (error) {
    // What went wrong first is what is told; a store sweeps up what is left behind.
    await draft.abandon().catch(() => {});
    throw error;
  }
  return files.reduce((sum, [, bytes]) => sum + bytes.length, manifest.length);
}
