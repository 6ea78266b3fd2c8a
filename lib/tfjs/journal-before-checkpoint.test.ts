import '@tensorflow/tfjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { writeFiles } from '../checkpoints/checkpoint-writer.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import type { JournalFile } from '../core/journal-file.ts';
import type { RunEvent } from '../core/run-event.ts';
import { jsonlFile } from '../sinks/jsonl-file.ts';
import { type TrainOptions, train } from './train.ts';

let folder: string;
beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wallclock-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Tells of each checkpoint that it begins to write, beside training or within a step. */
function storeThatTells(calls: string[], beside: boolean): CheckpointStore {
  const store = memoryStore();
  const create: CheckpointStore['create'] = (name) => {
    calls.push(name);
    return store.create(name);
  };
  const own = { ...store, create };
  if (!beside) return own;
  return { ...own, writer: () => ({ write: (name, files) => writeFiles(own, name, files), close() {} }) };
}

function journalThatTells(calls: string[], sync: () => Promise<void>): JournalFile {
  const file = jsonlFile(join(folder, 'run.jsonl'));
  return {
    ...file,
    async sync() {
      calls.push('begin sync');
      await sync();
      await file.sync();
      calls.push('synced');
    },
  };
}

async function run(options: Pick<TrainOptions, 'store' | 'journal' | 'onStep'>) {
  const xs = tf.linspace(-1, 1, 16).reshape([16, 1]);
  const dense = tfl.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' });
  const model = tfl.sequential({ layers: [dense] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const events: RunEvent[] = [];
  await train(model, {
    ...{ data: { xs, ys: xs.mul(2) }, batchSize: 4, onEvent: (event) => events.push(event) },
    ...{ strategy: { save: { every: '2 steps' }, maxSteps: 4 }, ...options },
  });
  tf.dispose(xs);
  model.dispose();
  return events;
}

test.each([true, false])(
  'each save waits for the journal before it writes (beside training: %s)',
  async (beside) => {
    const calls: string[] = [];
    await run({
      store: storeThatTells(calls, beside),
      journal: journalThatTells(calls, async () => {}),
    });
    expect(calls).toEqual(['checkpoint-2', 'checkpoint-4'].flatMap((name) => ['begin sync', 'synced', name]));
  },
);

test('no step waits for it', async () => {
  const calls: string[] = [];
  const step = Promise.withResolvers<void>();
  await run({
    store: storeThatTells(calls, true),
    // The first save begins at the end of step 2: its journal is synced only when step 3 has been taken.
    journal: journalThatTells(calls, () => step.promise),
    onStep({ step: steps }) {
      calls.push(`step ${steps}`);
      if (steps === 3) step.resolve();
    },
  });
  const saved = ['step 1', 'begin sync', 'step 2', 'step 3', 'synced', 'checkpoint-2'];
  expect(calls.slice(0, saved.length)).toEqual(saved);
});

test('a journal that the disk does not take is a failed save, which names it; the next one may succeed', async () => {
  const calls: string[] = [];
  const faults = [new Error('run.jsonl: expected to bring its events to the disk, got EIO.')];
  const store = storeThatTells(calls, true);
  const events = await run({
    store,
    journal: journalThatTells(calls, async () => {
      const fault = faults.pop();
      if (fault) throw fault;
    }),
  });
  const saves = events.filter(({ type }) => type === 'fail' || type === 'save');
  const message = expect.stringContaining('run.jsonl');
  expect(saves[0]).toMatchObject({ type: 'fail', action: 'save', step: 2, message });
  expect(saves.at(-1)).toMatchObject({ type: 'save', step: 4 });
  expect(calls).not.toContain('checkpoint-2');
});
