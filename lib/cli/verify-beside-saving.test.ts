import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeCheckpoint } from '../checkpoints/checkpoint.ts';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import type { RunSnapshot } from '../core/run-snapshot.ts';
import { TrainerStateWriter } from '../hf/trainer-state-writer.ts';
import { simulate } from '../testing/simulate.ts';
import { verifyFolder } from './verify-folder.ts';

/** What a run does when its folder has just been listed, and which models were read. */
const beside = vi.hoisted(() => ({ listed: async (_folder: string) => {}, read: [] as string[] }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    async readdir(path: string, ...rest: never[]) {
      const entries = await real.readdir(path, ...rest);
      await beside.listed(path);
      return entries;
    },
    async open(path: string, ...rest: never[]) {
      if (path.endsWith('model.safetensors')) beside.read.push(basename(join(path, '..')));
      return real.open(path, ...rest);
    },
  };
});

const { snapshots } = await simulate({ strategy: { save: '1 step', maxSteps: 30 } });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-beside-'));
  beside.read = [];
});
afterEach(() => {
  beside.listed = async () => {};
  rmSync(folder, { recursive: true });
});

async function save(step: number) {
  const run = snapshots[`checkpoint-${step}`] as RunSnapshot;
  const checkpoint = `checkpoint-${step}`;
  const trainerState = new TrainerStateWriter().textFor({ checkpoint, step, epoch: 0 });
  const files = { model: [], optimizer: [], trainerState, run };
  await writeCheckpoint(nodeFsStore(folder), checkpoint, files);
}

/** Each time that the folder is listed, so often, a run saves its next step and deletes the step so long before. */
function saveBeside(times: number, kept: number): void {
  let step = kept;
  let isListed = false;
  beside.listed = async (path) => {
    if (path !== folder || isListed || step === kept + times) return;
    // The store itself lists as well.
    isListed = true;
    step++;
    await save(step);
    renameSync(join(folder, `checkpoint-${step - kept}`), join(folder, `.checkpoint-${step - kept}.draft`));
    isListed = false;
  };
}

const told = async () => (await verifyFolder(folder)).map(({ name, state }) => `${name} ${state}`);
const good = (found: readonly string[]) => found.filter((one) => one.endsWith(' good'));

test('where a checkpoint goes while others are read, the one that came for it is told', async () => {
  await save(1);
  saveBeside(3, 1);
  expect(good(await told())).toEqual(['checkpoint-4 good']);
});

test('what stays meanwhile is read no more often', async () => {
  await save(1);
  await save(2);
  await told();
  const readInPeace = beside.read.filter((name) => name === 'checkpoint-2').length;
  beside.read = [];
  saveBeside(1, 2);
  expect(good(await told())).toEqual(['checkpoint-2 good', 'checkpoint-3 good']);
  const readBeside = (beside.read as string[]).filter((name) => name === 'checkpoint-2').length;
  expect([readInPeace, readBeside]).toEqual([2, 2]);
});

test('a folder in which each checkpoint goes before it is read is not listed for ever', async () => {
  await save(1);
  saveBeside(29, 1);
  expect(good(await told())).toEqual([]);
});
