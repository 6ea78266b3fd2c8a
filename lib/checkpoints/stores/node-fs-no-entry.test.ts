import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeFiles } from '../checkpoint-writer.ts';
import { nodeFsStore } from './node-fs-store.ts';

/** Folders into which this user may not look. The tests may run as root, who may. */
const closed = vi.hoisted(() => new Set<string>());

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const lstat = async (path: string) => {
    if (!closed.has(dirname(path))) return real.lstat(path);
    throw Object.assign(new Error(`EACCES: permission denied, lstat '${path}'`), { code: 'EACCES' });
  };
  return { ...real, lstat };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wallclock-no-entry-'));
});
afterEach(async () => {
  closed.clear();
  await rm(folder, { recursive: true });
});

test('a folder that nobody may look into keeps no run from its store: it is a checkpoint by its name, or none', async () => {
  const store = nodeFsStore(folder);
  await writeFiles(store, 'checkpoint-20', [['model', new Uint8Array(3)]]);
  for (const name of ['private', 'checkpoint-10']) {
    await mkdir(join(folder, name));
    closed.add(join(folder, name));
  }
  expect([...(await store.list())].sort()).toEqual(['checkpoint-10', 'checkpoint-20']);
  expect(await store.unfinished?.()).toEqual([]);
});
