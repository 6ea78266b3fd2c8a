import { describe, expect, test } from 'vitest';
import { storeConformance } from '../../testing/store-conformance.ts';
import { memoryStore } from './memory-store.ts';

describe('the memory store', () => {
  test.each(storeConformance)('$name', ({ run }) => run(memoryStore()));
});

test('a part of a pool, as Node hands out, is copied as every array is', async () => {
  const store = memoryStore();
  const pooled = Buffer.from('weights');
  const draft = await store.create('checkpoint-1');
  await draft.write('model', pooled);
  await draft.commit();
  pooled.fill(0);
  const read = await store.read('checkpoint-1', 'model');
  expect(new TextDecoder().decode(read)).toBe('weights');
  expect(read.buffer.byteLength).toBe(read.length);
});

test('what is done to a draft after its commit changes nothing', async () => {
  const store = memoryStore();
  const draft = await store.create('checkpoint-1');
  await draft.write('model', Uint8Array.of(1));
  await draft.commit();
  await draft.write('model', Uint8Array.of(2));
  await draft.abandon();
  await draft.commit();
  expect(await store.read('checkpoint-1', 'model')).toEqual(Uint8Array.of(1));
});

test('each store is its own', async () => {
  const [one, other] = [memoryStore(), memoryStore()];
  const draft = await one.create('checkpoint-1');
  await draft.write('manifest.json', Uint8Array.of());
  await draft.commit();
  expect([await one.list(), await other.list()]).toEqual([['checkpoint-1'], []]);
});
