import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { messageOf, WallclockError } from '../../core/errors.ts';
import { DISK_FAULTS, disk } from '../../testing/failing-disk.ts';
import { simulate } from '../../testing/simulate.ts';
import { readCheckpoint, writeCheckpoint } from '../checkpoint.ts';
import type { CheckpointStore } from '../checkpoint-store.ts';
import { nodeFsStore } from './node-fs-store.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { failingDisk } = await import('../../testing/failing-disk.ts');
  return failingDisk(await importOriginal<typeof import('node:fs/promises')>());
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-faults-'));
});
afterEach(async () => {
  disk.fault = undefined;
  await rm(folder);
});

const { snapshots } = await simulate({ strategy: { save: '1s', maxTime: '4s' } });
const weights = (step: number) => new Float32Array(64).fill(step);

function save(store: CheckpointStore, step: number): Promise<number> {
  const model = [{ name: 'w', dtype: 'float32', shape: [64], data: weights(step) }] as const;
  const run = snapshots[`checkpoint-${step}`]!;
  return writeCheckpoint(store, `checkpoint-${step}`, { model, optimizer: [], trainerState: '{}', run });
}

/** What a run does with its store, from its beginning to its end. */
const SCENES: { readonly [scene: string]: (store: CheckpointStore) => Promise<unknown> } = {
  'a save': (store) => save(store, 2),
  'a save in the place of another': (store) => save(store, 1),
  'a deletion': (store) => store.remove('checkpoint-1'),
  'a list': (store) => store.list(),
  'a checkpoint that is read': (store) => readCheckpoint(store, 'checkpoint-1'),
  'another name': (store) => store.rename!('checkpoint-1', 'checkpoint-1.damaged'),
  'the lock': async (store) => (await store.lock('run'))(),
};

describe.each(Object.entries(SCENES))('%s', (scene, act) => {
  test.each(DISK_FAULTS)('fails at each call $when it is carried out, with $code', async (how) => {
    const calls = await callsOf(act);
    expect(calls.length).toBeGreaterThan(0);
    for (const [index, call] of calls.entries()) {
      const store = await fresh();
      const where = `${call}, call ${index + 1} of ${calls.length}`;
      disk.calls = [];
      disk.fault = { nth: index + 1, how };
      const error = await act(store).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      disk.fault = undefined;
      // Either it did without, or it says what went wrong.
      if (error !== undefined) {
        expect(error, where).toBeInstanceOf(WallclockError);
        expect(messageOf(error), where).toContain(`${how.code}: injected`);
      }
      await expectWhole(store, scene, error === undefined, where);
      // The disk is well again: so is the store.
      await save(store, 3);
      expect(await loaded(store), where).toContain('checkpoint-3');
    }
  });
});

test.each(DISK_FAULTS)(
  'a lock that fails $when with $code keeps out nobody but this process',
  async (how) => {
    const act = SCENES['the lock']!;
    for (const [index] of (await callsOf(act)).entries()) {
      const store = await fresh();
      disk.calls = [];
      disk.fault = { nth: index + 1, how };
      const error = await act(store).catch((reason: unknown) => reason);
      disk.fault = undefined;
      const again = await store.lock('next').then(
        (release) => release(),
        (reason: unknown) => reason,
      );
      if (again !== undefined) expect(messageOf(error)).toContain('It is free when this process has ended.');
    }
  },
);

/** The calls that it makes on an undisturbed disk. */
async function callsOf(act: (store: CheckpointStore) => Promise<unknown>): Promise<readonly string[]> {
  const store = await fresh();
  disk.calls = [];
  await act(store);
  return [...disk.calls];
}

/** A store with one checkpoint, as a process finds it that begins now. */
async function fresh(): Promise<CheckpointStore> {
  await rm(folder);
  await save(nodeFsStore(folder), 1);
  return nodeFsStore(folder);
}

/** Whatever is listed is whole, and nothing is lost that was not to go. */
async function expectWhole(
  store: CheckpointStore,
  scene: string,
  done: boolean,
  where: string,
): Promise<void> {
  const names = await loaded(store);
  switch (scene) {
    case 'a save':
      expect(names, where).toContain('checkpoint-1');
      if (done) expect(names, where).toContain('checkpoint-2');
      break;
    case 'a deletion':
      if (done) expect(names, where).toEqual([]);
      break;
    case 'another name':
      expect(names, where).toHaveLength(1);
      break;
    default:
      expect(names, where).toEqual(['checkpoint-1']);
  }
}

/** The names of what is listed; each has been read, and is what was saved. */
async function loaded(store: CheckpointStore): Promise<readonly string[]> {
  const names = await store.list();
  for (const name of names) {
    const { model, run } = await readCheckpoint(store, name);
    expect(model[0]!.data).toEqual(weights(run.step));
  }
  return names;
}

async function rm(path: string): Promise<void> {
  const real = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');
  await real.rm(path, { recursive: true, force: true });
}
