import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { WallclockError } from '../core/errors.ts';

/** One thing that every store must do. */
export interface StoreCase {
  /** What is tested, for the name of a test. */
  readonly name: string;
  /** Rejects, and says how, where the store does not do it. The store must be empty. */
  run(store: CheckpointStore): Promise<void>;
}

/**
 * What `CheckpointStore` promises, for any framework of tests, in Node and in a browser.
 *
 * @example
 * ```ts elsewhere: in a file of tests
 * import { test } from 'node:test';
 *
 * for (const { name, run } of storeConformance) test(name, () => run(memoryStore()));
 * ```
 */
export const storeConformance: readonly StoreCase[] = [
  {
    name: 'a new store is empty',
    async run(store) {
      await lists(store, []);
      await refuses(store, 'checkpoint-1', MANIFEST);
    },
  },
  {
    name: 'a checkpoint does not exist before its commit, and exists whole after it',
    async run(store) {
      const draft = await store.create('checkpoint-1');
      await draft.write('model.safetensors', bytes('weights'));
      await draft.write(MANIFEST, bytes('{}'));
      await lists(store, []);
      await refuses(store, 'checkpoint-1', 'model.safetensors');
      await draft.commit();
      await lists(store, ['checkpoint-1']);
      await holds(store, 'checkpoint-1', 'model.safetensors', 'weights');
      await holds(store, 'checkpoint-1', MANIFEST, '{}');
    },
  },
  {
    name: 'a checkpoint without a manifest is none, and its name is free',
    async run(store) {
      const draft = await store.create('checkpoint-1');
      await draft.write('model.safetensors', bytes('weights'));
      await draft.commit().catch(() => {});
      await draft.abandon().catch(() => {});
      await lists(store, []);
      await save(store, 'checkpoint-1', { 'model.safetensors': bytes('others') });
      await holds(store, 'checkpoint-1', 'model.safetensors', 'others');
    },
  },
  {
    name: 'who looks while a checkpoint is committed or removed finds all of it or nothing',
    async run(store) {
      const files = ['a', 'b', 'c'];
      const draft = await store.create('checkpoint-1');
      for (const file of files) await draft.write(file, bytes(file));
      await draft.write(MANIFEST, bytes('{}'));
      await watched(store, 'checkpoint-1', files, () => draft.commit());
      await lists(store, ['checkpoint-1']);
      await watched(store, 'checkpoint-1', files, () => store.remove('checkpoint-1'));
      await lists(store, []);
    },
  },
  {
    name: 'what is done to a draft after its commit changes nothing, also when the checkpoint has been removed',
    async run(store) {
      const draft = await store.create('checkpoint-1');
      await draft.write('model', bytes('weights'));
      await draft.write(MANIFEST, bytes('{}'));
      await draft.commit();
      const late = [
        () => draft.write('model', bytes('changed')),
        () => draft.write('late', bytes('late')),
        () => draft.abandon(),
        () => draft.commit(),
      ];
      // To refuse it is as good.
      for (const act of late) await act().catch(() => {});
      await lists(store, ['checkpoint-1']);
      await holds(store, 'checkpoint-1', 'model', 'weights');
      await refuses(store, 'checkpoint-1', 'late');
      await store.remove('checkpoint-1');
      for (const act of late) await act().catch(() => {});
      await lists(store, []);
    },
  },
  {
    name: 'of two drafts of one name each has its own files, and the one that is committed last counts',
    async run(store) {
      const [one, two] = [await store.create('checkpoint-1'), await store.create('checkpoint-1')];
      await one.write('one', bytes('one'));
      await two.write('two', bytes('two'));
      await one.write(MANIFEST, bytes('{}'));
      await two.write(MANIFEST, bytes('{}'));
      await one.commit();
      await holds(store, 'checkpoint-1', 'one', 'one');
      await refuses(store, 'checkpoint-1', 'two');
      await two.commit();
      await holds(store, 'checkpoint-1', 'two', 'two');
      await refuses(store, 'checkpoint-1', 'one');
    },
  },
  {
    name: 'names come back as they were given',
    async run(store) {
      const name = 'checkpoint-1.Damaged_2';
      await save(store, name, { 'Model.bin': bytes('weights') });
      await lists(store, [name]);
      await holds(store, name, 'Model.bin', 'weights');
    },
  },
  {
    name: 'files come back to the bit: empty ones, large ones and a part of a larger buffer',
    async run(store) {
      const large = Uint8Array.from({ length: 1 << 20 }, (_, index) => (index * 31) % 256);
      await save(store, 'checkpoint-1', { empty: new Uint8Array(), large, part: large.subarray(5, 260) });
      await holds(store, 'checkpoint-1', 'empty', new Uint8Array());
      await holds(store, 'checkpoint-1', 'large', large);
      await holds(store, 'checkpoint-1', 'part', large.subarray(5, 260));
    },
  },
  {
    name: 'an abandoned checkpoint leaves nothing, however often it is abandoned',
    async run(store) {
      const draft = await store.create('checkpoint-1');
      await draft.write(MANIFEST, bytes('{}'));
      await draft.abandon();
      await draft.abandon();
      await lists(store, []);
      await save(store, 'checkpoint-1', {});
      await lists(store, ['checkpoint-1']);
    },
  },
  {
    name: 'bytes that were written may be used for something else after the commit',
    async run(store) {
      const shared = bytes('weights');
      const draft = await store.create('checkpoint-1');
      await draft.write('model.safetensors', shared);
      await draft.write(MANIFEST, bytes('{}'));
      await draft.commit();
      shared.fill(0);
      await holds(store, 'checkpoint-1', 'model.safetensors', 'weights');
    },
  },
  {
    name: 'bytes that were read belong to the reader',
    async run(store) {
      await save(store, 'checkpoint-1', { 'model.safetensors': bytes('weights') });
      (await store.read('checkpoint-1', 'model.safetensors')).fill(0);
      await holds(store, 'checkpoint-1', 'model.safetensors', 'weights');
    },
  },
  {
    name: 'a checkpoint of the same name is replaced at the commit, all of it, and not before',
    async run(store) {
      await save(store, 'checkpoint-1', { old: bytes('old'), both: bytes('old') });
      const draft = await store.create('checkpoint-1');
      await draft.write('both', bytes('new'));
      await draft.write(MANIFEST, bytes('{}'));
      await holds(store, 'checkpoint-1', 'both', 'old');
      await draft.commit();
      await lists(store, ['checkpoint-1']);
      await holds(store, 'checkpoint-1', 'both', 'new');
      await refuses(store, 'checkpoint-1', 'old');
    },
  },
  {
    name: 'a replacement that is abandoned leaves the old checkpoint as it was',
    async run(store) {
      await save(store, 'checkpoint-1', { 'model.safetensors': bytes('old') });
      const draft = await store.create('checkpoint-1');
      await draft.write('model.safetensors', bytes('new'));
      await draft.abandon();
      await lists(store, ['checkpoint-1']);
      await holds(store, 'checkpoint-1', 'model.safetensors', 'old');
    },
  },
  {
    name: 'two checkpoints that are written at the same time do not mix',
    async run(store) {
      const [one, two] = [await store.create('checkpoint-1'), await store.create('checkpoint-2')];
      await Promise.all([one.write('model', bytes('one')), two.write('model', bytes('two'))]);
      await Promise.all([one.write(MANIFEST, bytes('{}')), two.write(MANIFEST, bytes('{}'))]);
      await two.commit();
      await lists(store, ['checkpoint-2']);
      await one.commit();
      await lists(store, ['checkpoint-1', 'checkpoint-2']);
      await holds(store, 'checkpoint-1', 'model', 'one');
      await holds(store, 'checkpoint-2', 'model', 'two');
    },
  },
  {
    name: 'a checkpoint is removed, and no other whose name begins like it',
    async run(store) {
      for (const name of ['checkpoint-4', 'checkpoint-40']) await save(store, name, { model: bytes(name) });
      await store.remove('checkpoint-4');
      await lists(store, ['checkpoint-40']);
      await refuses(store, 'checkpoint-4', 'model');
      await holds(store, 'checkpoint-40', 'model', 'checkpoint-40');
    },
  },
  {
    name: 'removing what is not there does nothing',
    async run(store) {
      await save(store, 'checkpoint-1', {});
      await store.remove('checkpoint-2');
      await lists(store, ['checkpoint-1']);
    },
  },
  {
    name: 'one run has the store: a second one is refused with the name of the first, until that gives it back',
    async run(store) {
      const release = await store.lock('first');
      const refusal = await store.lock('second').then(
        () => fail('a second run is let in'),
        (reason: unknown) => reason,
      );
      if (!String(refusal).includes('run first')) fail(`the second run is told: ${refusal}`);
      await save(store, 'checkpoint-1', {});
      await lists(store, ['checkpoint-1']);
      await release();
      const next = await store.lock('third');
      // Whoever gives it back twice gives back nothing of the next one.
      await release().catch(() => {});
      const again = await store.lock('fourth').catch(() => undefined);
      if (again) fail('what was given back once more was the lock of the next run');
      await next();
    },
  },
  {
    name: 'what a writer of its own writes is there when it says so, with a manifest',
    async run(store) {
      const writer = store.writer?.();
      if (!writer) return;
      try {
        const size = await writer.write('checkpoint-1', [['model', bytes('weights')]]);
        await lists(store, ['checkpoint-1']);
        await holds(store, 'checkpoint-1', 'model', 'weights');
        const manifest = await store.read('checkpoint-1', MANIFEST);
        if (size !== manifest.length + bytes('weights').length) fail(`the writer tells of ${size} bytes`);
        await writer.write('checkpoint-2', [['model', bytes('weights')]]);
        await lists(store, ['checkpoint-1', 'checkpoint-2']);
      } finally {
        writer.close();
      }
    },
  },
  {
    name: 'where it has a SHA-256 of its own, that is the one of the bytes, also of a part of a larger buffer',
    async run(store) {
      if (!store.sha256) return;
      for (const [text, expected] of DIGESTS) {
        const part = bytes(`before${text}after`).subarray(6, 6 + text.length);
        const found: unknown = store.sha256(part);
        if (found !== expected) fail(`sha256() of '${text}' is ${found}, not ${expected}`);
      }
    },
  },
  {
    name: 'where it renames, a checkpoint comes along whole, and takes nobody else’s name',
    async run(store) {
      if (!store.rename) return;
      for (const name of ['checkpoint-1', 'checkpoint-2']) await save(store, name, { model: bytes(name) });
      await store.rename('checkpoint-1', 'checkpoint-1.damaged');
      await lists(store, ['checkpoint-1.damaged', 'checkpoint-2']);
      await holds(store, 'checkpoint-1.damaged', 'model', 'checkpoint-1');
      await refuses(store, 'checkpoint-1', 'model');
      const taken = await store
        .rename('checkpoint-2', 'checkpoint-1.damaged')
        .catch((error: unknown) => error);
      if (!(taken instanceof WallclockError)) fail('a name that is taken is given away');
      await holds(store, 'checkpoint-1.damaged', 'model', 'checkpoint-1');
      await holds(store, 'checkpoint-2', 'model', 'checkpoint-2');
    },
  },
  {
    name: 'a file of more bytes than were asked for is refused or read whole: nobody gets the beginning of one',
    async run(store) {
      await save(store, 'checkpoint-1', { model: bytes('weights') });
      for (const most of [7, 6, 0]) {
        const length = await store.read('checkpoint-1', 'model', most).then(
          (found) => found.length,
          () => 'refused',
        );
        if (length === 7 || (length === 'refused' && most < 7)) continue;
        fail(`checkpoint-1/model has 7 bytes, and read() of at most ${most} is ${length}`);
      }
    },
  },
  {
    name: 'a file that is not there is refused by its name',
    async run(store) {
      await save(store, 'checkpoint-1', {});
      await refuses(store, 'checkpoint-1', 'model.safetensors');
      await refuses(store, 'checkpoint-2', MANIFEST);
    },
  },
];

/** Of texts, as FIPS 180 gives them. */
const DIGESTS = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
] as const;

/** A checkpoint without it does not exist, so every one here has it. */
const MANIFEST = 'manifest.json';

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function save(store: CheckpointStore, name: string, files: { [file: string]: Uint8Array }) {
  const draft = await store.create(name);
  for (const [file, content] of Object.entries(files)) await draft.write(file, content);
  await draft.write(MANIFEST, bytes('{}'));
  await draft.commit();
}

async function lists(store: CheckpointStore, expected: readonly string[]): Promise<void> {
  const names = [...(await store.list())].sort();
  if (names.join() !== expected.join()) fail(`list() is [${names}], not [${expected}]`);
}

async function holds(store: CheckpointStore, name: string, file: string, content: Uint8Array | string) {
  const expected = typeof content === 'string' ? bytes(content) : content;
  const found = await store.read(name, file);
  if (found.length !== expected.length)
    fail(`${name}/${file} has ${found.length} bytes, not ${expected.length}`);
  const differs = found.findIndex((byte, index) => byte !== expected[index]);
  if (differs >= 0) fail(`${name}/${file} differs at byte ${differs}`);
}

/** Looks again and again while something is done: what is listed can be read. */
async function watched(
  store: CheckpointStore,
  name: string,
  files: readonly string[],
  act: () => Promise<void>,
): Promise<void> {
  let done = false;
  const acting = act().finally(() => {
    done = true;
  });
  const isListed = async () => (await store.list()).includes(name);
  try {
    while (!done) {
      if (await isListed()) {
        for (const file of [...files, MANIFEST]) {
          const there = await store.read(name, file).then(
            () => true,
            () => false,
          );
          // It may have been removed since.
          if (!there && (await isListed())) fail(`${name} is listed, and its ${file} is not there`);
        }
      }
      // What takes timers and messages has its turn.
      await new Promise((resolve) => setTimeout(resolve));
    }
  } finally {
    await acting;
  }
}

async function refuses(store: CheckpointStore, name: string, file: string): Promise<void> {
  const error = await store.read(name, file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) fail(`${name}/${file} is there`);
  if (!(error instanceof WallclockError))
    fail(`${name}/${file} is refused with ${error}, not a WallclockError`);
  const { where, got } = error as WallclockError;
  if (got !== 'none') fail(`${name}/${file} is refused with '${error}', which does not say 'none'`);
  if (!where.includes(name) || !where.includes(file)) fail(`'${where}' does not name ${name}/${file}`);
}

function fail(how: string): never {
  throw new Error(`The store does not conform: ${how}.`);
}
