/**
 * Checkpoints in memory, until the program ends.
 *
 * @module
 */

import { WallclockError } from '../../core/errors.ts';
import type { CheckpointStore } from '../checkpoint-store.ts';

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
  return {
    place: 'memory',
    async list() {
      return [...checkpoints.keys()];
    },
    async create(name) {
      let files: Map<string, Uint8Array> | undefined = new Map();
      return {
        async write(file, bytes) {
          // Copied by the constructor: the slice of a Buffer would share its memory.
          files?.set(file, new Uint8Array(bytes));
        },
        async commit() {
          if (files) checkpoints.set(name, files);
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
