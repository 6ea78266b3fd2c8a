import { describe, expect, test } from 'vitest';
import { simulate } from '../testing/simulate.ts';
import { unpackCheckpoint } from './archive.ts';
import { CHECKPOINT_FILES, writeCheckpoint } from './checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { MANIFEST } from './manifest.ts';
import { newestWhole } from './newest-whole.ts';
import { putAside } from './put-aside.ts';
import { describeAside, describeCheckpoints } from './stored-checkpoint.ts';
import { memoryStore } from './stores/memory-store.ts';
import { exportAside } from './transfer.ts';
import { UnreadableError } from './unreadable-error.ts';

/** Says how large a file is that is too large, and does not read it: as the stores of browsers do. */
function strictStore(): CheckpointStore {
  const store = memoryStore();
  return {
    ...store,
    async read(name, file, most = Number.POSITIVE_INFINITY) {
      const bytes = await store.read(name, file);
      if (bytes.length <= most) return bytes;
      throw new UnreadableError({ where: name, expected: `at most ${most} bytes`, got: bytes.length });
    },
  };
}

async function fill(store: CheckpointStore): Promise<void> {
  const { snapshots } = await simulate({ strategy: { save: '5s', maxTime: '10s' } });
  for (const name of ['checkpoint-5', 'checkpoint-10']) {
    const model = [{ name: 'w', dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) }] as const;
    const { kept: _, attempts: __, ...run } = snapshots[name] as never as Record<string, unknown>;
    await writeCheckpoint(store, name, { model, optimizer: [], trainerState: '{}', run: run as never });
  }
}

/** Changes the text of the manifest. */
async function edit(store: CheckpointStore, name: string, change: (text: string) => string): Promise<void> {
  const files = await Promise.all(
    [...CHECKPOINT_FILES, MANIFEST].map(async (file) => [file, await store.read(name, file)] as const),
  );
  const draft = await store.create(name);
  for (const [file, bytes] of files) {
    const text = new TextDecoder().decode(bytes);
    await draft.write(file, file === MANIFEST ? new TextEncoder().encode(change(text)) : bytes);
  }
  await draft.commit();
}

const sumOf = (all: readonly { readonly bytes: number }[]) => all.reduce((sum, { bytes }) => sum + bytes, 0);

describe.each([
  ['reads it whole', memoryStore],
  ['says its size', strictStore],
])('asked for a file that is too large, a store %s', (_, makeStore) => {
  test('what is damaged takes the room that it took, also when it was put aside', async () => {
    const store = makeStore();
    await fill(store);
    const whole = await describeCheckpoints(store);
    expect(whole.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    await edit(store, 'checkpoint-10', (text) => text.replace('{', '['));

    const damaged = await describeCheckpoints(store);
    expect(damaged[1]).toMatchObject({ bytes: whole[1]!.bytes, problem: expect.stringContaining(MANIFEST) });
    expect(damaged[1]).not.toHaveProperty('newer');
    expect(await describeAside(store)).toEqual([]);

    await putAside(store, (await newestWhole(store))!.damaged);
    const [left, aside] = [await describeCheckpoints(store), await describeAside(store)];
    expect(left.map(({ name }) => name)).toEqual(['checkpoint-5']);
    expect(aside).toEqual([{ name: 'checkpoint-10.damaged', step: 10, bytes: whole[1]!.bytes }]);
    expect(sumOf([...left, ...aside])).toBe(sumOf(whole));
  });

  test('one of a newer version is told from a damaged one, and has its size', async () => {
    const store = makeStore();
    await fill(store);
    const [, whole] = await describeCheckpoints(store);
    await edit(store, 'checkpoint-10', (text) => text.replace('"version":1', '"version":2'));
    const [, newer] = await describeCheckpoints(store);
    expect(newer).toMatchObject({ newer: true, bytes: whole!.bytes });
  });
});

test('those that were put aside are in the order of their steps, and count what is left of them', async () => {
  const store = memoryStore();
  for (const name of ['checkpoint-10.damaged', 'checkpoint-9.damaged-2', 'notes', 'checkpoint-11']) {
    const draft = await store.create(name);
    await draft.write(MANIFEST, new Uint8Array(name.length));
    await draft.commit();
  }
  expect(await describeAside(store)).toEqual([
    { name: 'checkpoint-9.damaged-2', step: 9, bytes: 22 },
    { name: 'checkpoint-10.damaged', step: 10, bytes: 21 },
  ]);
});

test('one that was put aside goes out as it is, and nothing takes it back', async () => {
  const store = memoryStore();
  const draft = await store.create('checkpoint-10.damaged');
  for (const file of ['run.json', MANIFEST]) await draft.write(file, Uint8Array.of(1, 2, 3));
  await draft.commit();
  const archive = await exportAside(store, 'checkpoint-10.damaged');
  const text = new TextDecoder().decode(archive);
  expect(text.match(/checkpoint-10\.damaged\/[\w.]+/g)).toEqual([
    'checkpoint-10.damaged/run.json',
    `checkpoint-10.damaged/${MANIFEST}`,
  ]);
  expect(() => unpackCheckpoint(archive)).toThrow('expected the files of one checkpoint');
});
