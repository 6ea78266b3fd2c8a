import { expect, test } from 'vitest';
import { simulate } from '../testing/simulate.ts';
import { packCheckpoint, unpackCheckpoint } from './archive.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { describeCheckpoints } from './stored-checkpoint.ts';
import { memoryStore } from './stores/memory-store.ts';
import { exportCheckpoint, importCheckpoint } from './transfer.ts';

async function storeOf(...names: string[]) {
  const { snapshots } = await simulate({
    strategy: { evaluate: '5s', save: '5s', maxTime: '20s' },
  });
  const store = memoryStore();
  for (const name of names) {
    const model = [{ name: 'w', dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) }] as const;
    const { kept: _, attempts: __, ...run } = snapshots[name] as never as Record<string, unknown>;
    await writeCheckpoint(store, name, { model, optimizer: [], trainerState: '{}', run: run as never });
  }
  return store;
}

test('one goes out of a store, and comes back into another as it was', async () => {
  const store = await storeOf('checkpoint-5');
  const file = await exportCheckpoint(store, 'checkpoint-5');
  const other = memoryStore();
  expect(await importCheckpoint(other, file)).toBe('checkpoint-5');
  expect(await readCheckpoint(other, 'checkpoint-5')).toEqual(await readCheckpoint(store, 'checkpoint-5'));
  expect(await exportCheckpoint(other, 'checkpoint-5')).toEqual(file);
});

test('one that is there already is not replaced', async () => {
  const store = await storeOf('checkpoint-5');
  const file = await exportCheckpoint(store, 'checkpoint-5');
  await expect(importCheckpoint(store, file, 'mine.tar')).rejects.toThrow(
    "memory: expected no checkpoint-5 yet, got 'one'. Delete that one first.",
  );
});

test('what is damaged, under another name or not whole is refused, and nothing is changed', async () => {
  const file = await exportCheckpoint(await storeOf('checkpoint-5'), 'checkpoint-5');
  const { files } = unpackCheckpoint(file);
  const other = memoryStore();
  const touched = file.slice();
  touched[512 + 20]! ^= 1;
  await expect(importCheckpoint(other, touched, 'mine.tar')).rejects.toThrow(/^mine\.tar\/checkpoint-5/);
  const renamed = packCheckpoint({ name: 'checkpoint-6', files });
  await expect(importCheckpoint(other, renamed)).rejects.toThrow(/expected step 6/);
  for (const [left] of files) {
    const part = packCheckpoint({ name: 'checkpoint-5', files: files.filter(([name]) => name !== left) });
    await expect(importCheckpoint(other, part), left).rejects.toThrow(left);
  }
  const more = packCheckpoint({ name: 'checkpoint-5', files: [...files, ['more', new Uint8Array(9)]] });
  await importCheckpoint(other, more);
  await expect(other.read('checkpoint-5', 'more')).rejects.toThrow();
});

test('a damaged one does not go out', async () => {
  const store = await storeOf('checkpoint-5');
  const draft = await store.create('checkpoint-5');
  await draft.write('manifest.json', new Uint8Array());
  await draft.commit();
  await expect(exportCheckpoint(store, 'checkpoint-5')).rejects.toThrow(/manifest\.json/);
});

test('a list says of each its step, time, size and metrics, or what is wrong with it', async () => {
  const store = await storeOf('checkpoint-10', 'checkpoint-5');
  const draft = await store.create('checkpoint-7');
  await draft.write('manifest.json', new Uint8Array());
  await draft.commit();
  expect(await describeCheckpoints(store)).toEqual([
    {
      ...{ name: 'checkpoint-5', step: 5, elapsed: 5, run: 'simulated', bytes: expect.any(Number) },
      metrics: { accuracy: expect.closeTo(5 / 6) },
    },
    { name: 'checkpoint-7', step: 7, bytes: 0, problem: expect.stringContaining('checkpoint-7') },
    expect.objectContaining({ name: 'checkpoint-10', elapsed: 10 }),
  ]);
});
