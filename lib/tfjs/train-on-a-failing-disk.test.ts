import '@tensorflow/tfjs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readCheckpoint } from '../checkpoints/checkpoint.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { nodeFsStore } from '../checkpoints/stores/node-fs-store.ts';
import { WallclockError } from '../core/errors.ts';
import type { RunEvent } from '../core/run-event.ts';
import { DISK_FAULTS, disk } from '../testing/failing-disk.ts';
import { train } from './train.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { failingDisk } = await import('../testing/failing-disk.ts');
  return failingDisk(await importOriginal<typeof import('node:fs/promises')>());
});

let folder: string;
beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-failing-'));
});
afterEach(async () => {
  disk.fault = undefined;
  await rm();
});

const STEPS = 2;
/** How the others go, the store's own tests show. */
const FAULTS = DISK_FAULTS.filter(({ code, when }) => code === 'ENOSPC' || when === 'after');

/** The folder without a thread of its own: there the disk would be another one. */
function store(): CheckpointStore {
  const { writer: _, ...others } = nodeFsStore(folder);
  return others;
}

async function run(resume: boolean) {
  const xs = tf.linspace(-1, 1, 16).reshape([16, 1]);
  const ys = xs.mul(2);
  const dense = tfl.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' });
  const model = tfl.sequential({ layers: [dense] });
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
  const events: RunEvent[] = [];
  const told: { error?: unknown } = {};
  await train(model, {
    ...{ data: { xs, ys }, batchSize: 8, store: store(), resume, onEvent: (event) => events.push(event) },
    strategy: { save: '1 step', maxSteps: STEPS, keep: { latest: 1 } },
  }).catch((error: unknown) => {
    told.error = error;
  });
  tf.dispose([xs, ys]);
  model.dispose();
  return { events, ...told };
}

test.each(FAULTS)(
  'a call that fails $when with $code ends no run but with its cause, and what was saved stays whole',
  async (how) => {
    disk.calls = [];
    await run(false);
    const calls = [...disk.calls];
    const undisturbed = await readCheckpoint(store(), `checkpoint-${STEPS}`);

    for (const [index, call] of calls.entries()) {
      await rm();
      disk.calls = [];
      disk.fault = { nth: index + 1, how };
      const { events, error } = await run(false);
      disk.fault = undefined;
      const where = `${call}, call ${index + 1} of ${calls.length}`;
      // Either it trained to its end, and told of what failed, or it says why not.
      const failures = events.flatMap((event) => (event.type === 'fail' ? [event.message] : []));
      if (error === undefined) {
        expect(events.at(-1), where).toMatchObject({ type: 'end', reason: 'steps', step: STEPS });
      } else {
        expect(error, where).toBeInstanceOf(WallclockError);
        failures.push((error as WallclockError).message);
      }
      for (const message of failures) expect(message, where).toContain(`${how.code}: injected`);

      // Whatever is listed can be loaded, what was told to be saved last is there…
      const names = await store().list();
      for (const name of names) await readCheckpoint(store(), name);
      const saved = events.findLast((event) => event.type === 'save');
      if (saved) expect(names, where).toContain(saved.checkpoint);
      // …and the run goes on, to the same bits.
      await forgetLock();
      const resumed = await run(true);
      expect(resumed.error, where).toBeUndefined();
      const { model, optimizer } = await readCheckpoint(store(), `checkpoint-${STEPS}`);
      expect({ model, optimizer }, where).toEqual({
        model: undisturbed.model,
        optimizer: undisturbed.optimizer,
      });
    }
  },
  30_000,
);

/** A lock that could not be given back goes with its process. */
async function forgetLock(): Promise<void> {
  const real = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');
  await real.rm(join(folder, '.wallclock.lock'), { force: true });
}

async function rm(): Promise<void> {
  const real = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');
  await real.rm(folder, { recursive: true, force: true });
}
