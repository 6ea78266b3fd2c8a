import { expect, test } from 'vitest';
import { type CheckpointFiles, damagedCopies, tryDamaged } from '../testing/damaged-copies.ts';
import { simulate } from '../testing/simulate.ts';
import { CHECKPOINT_FILES, type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { memoryStore } from './stores/memory-store.ts';

const { snapshots } = await simulate({ strategy: { log: '2s', save: '5s', maxTime: '10s' } });

function checkpointAt(step: number): Checkpoint {
  return {
    model: [
      { name: 'kernel', dtype: 'float32', shape: [4, 8], data: Float32Array.from({ length: 32 }, Math.sin) },
      { name: 'mask', dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
    ],
    optimizer: [{ name: 'iterations', dtype: 'int32', shape: [], data: Int32Array.of(step) }],
    trainerState: `{"global_step": ${step}, "log_history": []}\n`,
    run: snapshots[`checkpoint-${step}`]!,
  };
}

async function filesAt(step: number): Promise<CheckpointFiles> {
  const store = memoryStore();
  await writeCheckpoint(store, 'c', checkpointAt(step));
  const names = [...CHECKPOINT_FILES, 'manifest.json'];
  return new Map(await Promise.all(names.map(async (file) => [file, await store.read('c', file)] as const)));
}

/** Reads a checkpoint of these files. */
async function read(files: CheckpointFiles): Promise<Checkpoint> {
  const store = memoryStore();
  const draft = await store.create('checkpoint-5');
  for (const [file, bytes] of files) await draft.write(file, bytes);
  await draft.commit();
  return readCheckpoint(store, 'checkpoint-5');
}

test('of damaged copies all are found, and none makes the reader fail in another way', async () => {
  const files = await filesAt(5);
  expect(await read(files)).toEqual(checkpointAt(5));
  const copies = [...damagedCopies(files, await filesAt(10), 400, 1)];
  expect(await tryDamaged(copies, read)).toEqual({ tried: 400, missed: [], crashed: [] });
  const seen = new Set(copies.map(({ how }) => how.replace(/\d+/g, '#')));
  // Every way of damaging every file, and every edit.
  expect(seen.size).toBeGreaterThan(60);
});

test('what is missed or makes a reader fail is told', async () => {
  const files = await filesAt(5);
  const copies = [...damagedCopies(files, files, 20, 3)];
  expect(await tryDamaged(copies, async () => {})).toMatchObject({
    tried: 20,
    missed: copies.map(({ how }) => how),
  });
  const crash = async () => JSON.parse('{');
  expect((await tryDamaged(copies, crash)).crashed).toHaveLength(20);
});

test('a whole checkpoint under the name of another step is found', async () => {
  await expect(read(await filesAt(10))).rejects.toThrow(
    'memory/checkpoint-5/run.json: expected step 5, as its name says, got 10.',
  );
});
