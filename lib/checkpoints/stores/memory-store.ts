/**
 * Checkpoints in memory, until the program ends.
 *
 * @module
 */

import { WallclockError } from '../../core/errors.ts';
import type { CheckpointStore } from '../checkpoint-store.ts';
import { MANIFEST } from '../manifest.ts';
import { runInWords, StoreTaken } from '../store-taken.ts';

/**
 * Keeps checkpoints as long as the process lives: for tests, and for runs that nobody goes back to.
 *
 * @example
 * ```ts
 * await train(model, { data, strategy: { save: '5m', maxTime: '1h' }, store: memoryStore() });
 * ```
 */
export function memoryStore(): CheckpointStore {
  const checkpoints = new Map<string, ReadonlyMap<string, Uint8Array>>();
  let holder: { readonly run: string } | undefined;
  return {
    place: 'memory',
    async lock(run) {
      if (holder) throw new StoreTaken('memory', runInWords(holder.run));
      const own = { run };
      holder = own;
      return async () => {
        // Given back before, it may be another run's by now.
        if (holder === own) holder = undefined;
      };
    },
    async list() {
      return [...checkpoints].flatMap(([name, files]) => (files.has(MANIFEST) ? [name] : []));
    },
    async create(name) {
      let files: Map<string, Uint8Array> | undefined = new Map();
      return {
        async write(file, bytes) {
          files?.set(file, bytes);
        },
        async commit() {
          // Copied by the constructor: the slice of a Buffer would share its memory.
          const copies = [...(files ?? [])].map(([file, bytes]) => [file, new Uint8Array(bytes)] as const);
          if (files) checkpoints.set(name, new Map(copies));
          files = undefined;
        },
        async abandon() {
          files = undefined;
        },
      };
    },
    async read(name, file) {
      const bytes = checkpoints.get(name)?.get(file);
      if (bytes) return bytes.slice();
      throw new WallclockError({ where: `memory/${name}/${file}`, expected: 'a file', got: 'none' });
    },
    async remove(name) {
      checkpoints.delete(name);
    },
  };
}
