import { describe, expect, test } from 'vitest';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { storeConformance } from './store-conformance.ts';

describe('the memory store', () => {
  test.each(storeConformance)('$name', ({ run }) => run(memoryStore()));
});

/** Stores with one fault each, and the case that must find it. */
const faulty: [fault: string, found: RegExp, make: () => CheckpointStore][] = [
  [
    'lists a draft',
    /does not exist before its commit/,
    () => {
      const store = memoryStore();
      const begun: string[] = [];
      return {
        ...store,
        create(name) {
          begun.push(name);
          return store.create(name);
        },
        list: async () => [...new Set([...begun, ...(await store.list())])],
      };
    },
  ],
  [
    'abandons nothing',
    /an abandoned checkpoint leaves nothing/,
    () => {
      const store = memoryStore();
      return {
        ...store,
        async create(name) {
          const draft = await store.create(name);
          return { ...draft, abandon: () => draft.commit() };
        },
      };
    },
  ],
  [
    'removes by the beginning of a name',
    /no other whose name begins like it/,
    () => {
      const store = memoryStore();
      return {
        ...store,
        async remove(name) {
          for (const other of await store.list()) if (other.startsWith(name)) await store.remove(other);
        },
      };
    },
  ],
  [
    'hands out nothing where there is nothing',
    /a file that is not there is refused/,
    () => {
      const store = memoryStore();
      return { ...store, read: (name, file) => store.read(name, file).catch(() => new Uint8Array()) };
    },
  ],
];

test.each(faulty)('a store that %s does not pass', async (_, found, make) => {
  const outcomes = await Promise.allSettled(storeConformance.map(({ run }) => run(make())));
  const failed = storeConformance.filter((_, index) => outcomes[index]!.status === 'rejected');
  expect(failed.map(({ name }) => name).join('\n')).toMatch(found);
});
