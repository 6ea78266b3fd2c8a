import { describe, expect, test } from 'vitest';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { sha256 } from '../checkpoints/sha256.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { WallclockError } from '../core/errors.ts';
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
  [
    'cuts what is larger than was asked for',
    /nobody gets the beginning of one/,
    () => {
      const store = memoryStore();
      return { ...store, read: async (name, file, most) => (await store.read(name, file)).slice(0, most) };
    },
  ],
  [
    'commits file by file, the manifest first',
    /finds all of it or nothing/,
    () => simple({ commit: (name, files, all) => oneByOne([...files].reverse(), part(all, name)) }),
  ],
  [
    'removes file by file, the name last',
    /finds all of it or nothing/,
    () => simple({ remove: (name, all) => removeOneByOne(name, all) }),
  ],
  [
    'keeps what is written after the commit',
    /after its commit changes nothing/,
    () => simple({ commit: async (name, files, all) => void all.set(name, files) }),
  ],
  [
    'gives two drafts of one name the same files',
    /of two drafts of one name/,
    () => {
      const drafts = new Map<string, Map<string, Uint8Array>>();
      return simple({
        begin: (name) => drafts.get(name) ?? drafts.set(name, new Map()).get(name)!,
      });
    },
  ],
  [
    'lists what has no manifest',
    /without a manifest is none/,
    () => simple({ list: (all) => [...all.keys()] }),
  ],
  [
    'makes all names small',
    /names come back as they were given/,
    () => {
      const store = memoryStore();
      return {
        ...store,
        create: (name) => store.create(name.toLowerCase()),
        read: (name, file) => store.read(name.toLowerCase(), file),
      };
    },
  ],
  [
    'lets whoever gives it back free it for all',
    /one run has the store/,
    () => {
      const store = memoryStore();
      let release = async () => {};
      return {
        ...store,
        async lock(run) {
          release = await store.lock(run);
          return () => release();
        },
      };
    },
  ],
  [
    'gives a SHA-256 in capitals',
    /SHA-256 of its own/,
    () => ({ ...memoryStore(), sha256: (bytes) => sha256(bytes).toUpperCase() }),
  ],
  [
    'promises a SHA-256',
    /SHA-256 of its own/,
    () => ({ ...memoryStore(), sha256: (async (bytes: Uint8Array) => sha256(bytes)) as never }),
  ],
  [
    'gives the SHA-256 of the whole buffer',
    /SHA-256 of its own/,
    () => ({ ...memoryStore(), sha256: ({ buffer }) => sha256(new Uint8Array(buffer)) }),
  ],
];

type All = Map<string, Map<string, Uint8Array>>;

/** A store of the plainest kind, but for one thing. */
function simple({
  begin = () => new Map(),
  commit = async (name, files, all) => void all.set(name, new Map(files)),
  remove = async (name, all) => void all.delete(name),
  list = (all) => [...all].flatMap(([name, files]) => (files.has('manifest.json') ? [name] : [])),
}: {
  begin?: (name: string) => Map<string, Uint8Array>;
  commit?: (name: string, files: Map<string, Uint8Array>, all: All) => Promise<void>;
  remove?: (name: string, all: All) => Promise<void>;
  list?: (all: All) => string[];
}): CheckpointStore {
  const all: All = new Map();
  return {
    ...memoryStore(),
    list: async () => list(all),
    async create(name) {
      const files = begin(name);
      let open = true;
      return {
        write: async (file, content) => void files.set(file, content.slice()),
        async commit() {
          if (open) await commit(name, files, all);
          open = false;
        },
        async abandon() {
          open = false;
        },
      };
    },
    async read(name, file) {
      const content = all.get(name)?.get(file);
      if (content) return content.slice();
      throw new WallclockError({ where: `here/${name}/${file}`, expected: 'a file', got: 'none' });
    },
    remove: (name) => remove(name, all),
  };
}

test('the plainest store conforms', async () => {
  for (const { run } of storeConformance) await run(simple({}));
});

function part(all: All, name: string): Map<string, Uint8Array> {
  return all.set(name, new Map()).get(name)!;
}

async function oneByOne(files: readonly [string, Uint8Array][], into: Map<string, Uint8Array>) {
  for (const [file, content] of files) {
    into.set(file, content);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function removeOneByOne(name: string, all: All) {
  for (const file of all.get(name)?.keys() ?? []) {
    all.get(name)!.delete(file);
    await new Promise((resolve) => setTimeout(resolve));
  }
  all.delete(name);
}

test.each(faulty)('a store that %s does not pass', async (_, found, make) => {
  const outcomes = await Promise.allSettled(storeConformance.map(({ run }) => run(make())));
  const failed = storeConformance.filter((_, index) => outcomes[index]!.status === 'rejected');
  expect(failed.map(({ name }) => name).join('\n')).toMatch(found);
});
