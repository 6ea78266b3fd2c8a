import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../checkpoints/checkpoint.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { TooLargeError } from '../checkpoints/too-large-error.ts';
import { UnreadableError } from '../checkpoints/unreadable-error.ts';
import type { Journal } from '../core/journal.ts';
import { readyStrategy } from '../core/ready-strategy.ts';
import { replay } from '../core/replay.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type TrainOptions, train } from './train.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

const STRATEGY = { save: '10 steps', maxSteps: 40, keep: { latest: 3 } } as const satisfies StrategyOptions;

/** One process: a model and a clock of its own. What it has not saved is lost with it. */
async function process(
  store: CheckpointStore,
  options: Partial<TrainOptions> & { units?: number; began?: number } = {},
) {
  const { units = 1, began = 0, ...rest } = options;
  const xs = tf.linspace(-1, 1, 16).reshape([16, 1]);
  const ys = tf.tile(xs, [1, units]);
  const model = tfl.sequential({
    layers: [tfl.layers.dense({ units, inputShape: [1], kernelInitializer: 'zeros' })],
  });
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
  const events: RunEvent[] = [];
  const run = train(model, {
    ...{ data: { xs, ys }, batchSize: 4, store, strategy: STRATEGY, clock: manualClock(began) },
    onEvent: (event) => events.push(event),
    ...rest,
  });
  const weights = () => model.getWeights().map((weight) => [...weight.dataSync()]);
  return { run, events, weights };
}

/** Replaces a file of a checkpoint. */
async function damage(store: CheckpointStore, name: string, damaged: string, content: string) {
  const draft = await store.create(name);
  for (const file of [
    'model.safetensors',
    ...['optimizer.safetensors', 'trainer_state.json', 'run.json', 'manifest.json'],
  ]) {
    const bytes = await store.read(name, file);
    await draft.write(file, file === damaged ? new TextEncoder().encode(content) : bytes);
  }
  await draft.commit();
}

const sorted = async (store: CheckpointStore) => [...(await store.list())].sort();

test('in the middle of an epoch a run does not go on in batches of another size, and nothing is changed', async () => {
  const store = memoryStore();
  await (await process(store, { strategy: { save: '10 steps', maxSteps: 10 } })).run;
  const { run, weights } = await process(store, { resume: true, batchSize: 8 });
  await expect(run).rejects.toThrow(
    'memory/checkpoint-10: expected 4 steps an epoch, because it stands at step 2 of one, got 2. Resume with',
  );
  expect(weights().flat()).toEqual([0, 0]);
});

test('a checkpoint without a history, as a loop of one’s own writes it, is gone on from', async () => {
  const store = memoryStore();
  await (await process(store, { strategy: { save: '10 steps', maxSteps: 10 } })).run;
  const checkpoint = await readCheckpoint(store, 'checkpoint-10');
  await writeCheckpoint(store, 'checkpoint-10', { ...checkpoint, trainerState: '{}' });
  const again = await process(store, { resume: true });
  expect(await again.run).toMatchObject({ step: 40, warnings: [] });
});

describe('a damaged checkpoint', () => {
  test('is not the best any more, also where no rule counts it: the best of those to come is', async () => {
    const store = memoryStore();
    const xs = tf.linspace(-1, 1, 16).reshape([16, 1]);
    // The most loss is the first one's.
    const best = { metric: 'loss', greaterIsBetter: true, load: true } as const;
    const options = { validation: { xs, ys: xs }, data: { xs, ys: xs } };
    const strategy = { evaluate: '10 steps', save: '10 steps', best } as const;
    const before = await process(store, { ...options, strategy: { ...strategy, maxSteps: 20 } });
    expect(await before.run).toMatchObject({ loaded: 'checkpoint-10' });
    await damage(store, 'checkpoint-10', 'model.safetensors', 'rubbish');
    const again = await process(store, { ...options, resume: true, strategy: { ...strategy, maxSteps: 30 } });
    expect(await again.run).toMatchObject({ step: 30, failures: 0 });
    expect(again.events.find(({ type }) => type === 'save')).toMatchObject({ why: ['10 steps', 'best'] });
    expect((await again.run).warnings).toEqual([
      expect.stringMatching(/^checkpoint-10 was passed over: .* It is kept as checkpoint-10.damaged\.$/),
      expect.stringMatching(/^The best checkpoint so far, checkpoint-10 with loss .*, is gone: /),
    ]);
  });

  test('is passed over: the run says so, goes on from the one before, and ends in the same bytes', async () => {
    const whole = await process(memoryStore());
    await whole.run;
    const store = memoryStore();
    await (await process(store)).run;
    for (const name of ['checkpoint-40', 'checkpoint-30']) {
      await damage(store, name, 'model.safetensors', 'rubbish');
    }
    const again = await process(store, { resume: true });
    await again.run;
    expect(again.events[0]).toMatchObject({ type: 'begin', resumed: { checkpoint: 'checkpoint-20' } });
    expect(again.events.slice(1, 3)).toMatchObject([
      {
        type: 'warn',
        seq: again.events[0]!.seq + 1,
        step: 20,
        message: expect.stringMatching(
          /^checkpoint-40 was passed over: .* It is kept as checkpoint-40.damaged\.$/,
        ),
      },
      {
        type: 'warn',
        seq: again.events[0]!.seq + 2,
        step: 20,
        message: expect.stringMatching(/^checkpoint-30 was passed over: /),
      },
    ]);
    expect((await again.run).warnings).toHaveLength(2);
    expect(again.weights()).toEqual(whole.weights());
    expect(await sorted(store)).toEqual([
      ...[
        'checkpoint-20',
        'checkpoint-30',
        'checkpoint-30.damaged',
        'checkpoint-40',
        'checkpoint-40.damaged',
      ],
    ]);
  });

  test.each([
    ['cannot be read', new Error('input/output error')],
    ['there is no room for', new TooLargeError({ where: 'it', expected: 'room', got: 'none' })],
    ['may not be read', new UnreadableError({ where: 'it', expected: 'to read it', got: 'EACCES' })],
  ])('that %s stays where it is, as is said, whatever is saved and deleted', async (_, error) => {
    const store = memoryStore();
    await (await process(store)).run;
    const failing: CheckpointStore = {
      ...store,
      read(name, file) {
        const fails = name === 'checkpoint-40' && file === 'model.safetensors';
        return fails ? Promise.reject(error) : store.read(name, file);
      },
    };
    const again = await process(failing, { resume: true, strategy: { ...STRATEGY, maxSteps: 38 } });
    const { warnings } = await again.run;
    expect(warnings).toEqual([expect.stringMatching(/^checkpoint-40 .* It stays where it is\.$/)]);
    expect(await sorted(store)).toEqual(['checkpoint-20', 'checkpoint-30', 'checkpoint-38', 'checkpoint-40']);
  });

  test('that is older is not deleted: nobody has looked at it yet', async () => {
    const store = memoryStore();
    await (await process(store, { strategy: { ...STRATEGY, maxSteps: 20 } })).run;
    await damage(store, 'checkpoint-10', 'run.json', '{}');
    await (await process(store, { resume: true, strategy: { ...STRATEGY, keep: { latest: 1 } } })).run;
    expect(await sorted(store)).toEqual(['checkpoint-10', 'checkpoint-40']);
  });

  test('that is older and the run’s own is put aside, and told: no rule counts it', async () => {
    const store = memoryStore();
    const strategy = { ...STRATEGY, maxSteps: 30 };
    await (await process(store, { strategy })).run;
    await damage(store, 'checkpoint-10', 'model.safetensors', 'rubbish');
    const again = await process(store, { resume: true, strategy: { ...strategy, maxSteps: 40 } });
    expect((await again.run).warnings).toEqual([
      expect.stringMatching(/^checkpoint-10 was passed over: .* It is kept as checkpoint-10.damaged\.$/),
    ]);
    expect(await sorted(store)).toEqual([
      ...['checkpoint-10.damaged', 'checkpoint-20', 'checkpoint-30', 'checkpoint-40'],
    ]);
  });

  test('that was the best one does not let the good ones go', async () => {
    const store = memoryStore();
    const xs = tf.ones([4, 1]);
    const options = (maxSteps: number) => ({
      // What is measured is the greatest at first.
      validation: { xs, ys: xs.mul(100) },
      strategy: {
        ...{ save: '10 steps', evaluate: '10 steps', maxSteps, keep: { best: 1 } },
        best: { metric: 'loss', greaterIsBetter: true },
      } as const satisfies StrategyOptions,
    });
    const { strategy, ...rest } = options(20);
    await (await process(store, { ...rest, strategy: { ...strategy, keep: { best: 1, latest: 1 } } })).run;
    expect(await sorted(store)).toEqual(['checkpoint-10', 'checkpoint-20']);
    await damage(store, 'checkpoint-10', 'optimizer.safetensors', 'rubbish');
    await (await process(store, { ...options(25), resume: true })).run;
    expect(await sorted(store)).toEqual(['checkpoint-10.damaged', 'checkpoint-20']);
  });

  test('where nothing is deleted, older ones are not read', async () => {
    const store = memoryStore();
    const { keep: _, ...strategy } = { ...STRATEGY, maxSteps: 20 };
    await (await process(store, { strategy })).run;
    const read: string[] = [];
    const seen: CheckpointStore = {
      ...store,
      read(name, file) {
        read.push(`${name}/${file}`);
        return store.read(name, file);
      },
    };
    await (await process(seen, { resume: true, strategy: { ...strategy, maxSteps: 21 } })).run;
    expect(read).toContain('checkpoint-20/model.safetensors');
    expect(read).not.toContain('checkpoint-10/model.safetensors');
  });

  test('where all are, is refused, and everything is as it was', async () => {
    const store = memoryStore();
    await (await process(store, { strategy: { ...STRATEGY, maxSteps: 10 } })).run;
    await damage(store, 'checkpoint-10', 'run.json', '{}');
    const again = await process(store, { resume: true });
    await expect(again.run).rejects.toThrow('memory: expected a whole checkpoint to go on from');
    expect(again.weights()).toEqual([[0], [0]]);
    expect(await store.list()).toEqual(['checkpoint-10']);
  });
});

describe('what does not fit is refused, and nothing is changed', () => {
  test('a model of another shape, with a damaged checkpoint before it', async () => {
    const store = memoryStore();
    await (await process(store)).run;
    await damage(store, 'checkpoint-40', 'model.safetensors', 'rubbish');
    const other = await process(store, { resume: true, units: 2 });
    await expect(other.run).rejects.toThrow(
      /^memory\/checkpoint-30\/model.safetensors, '.*': expected float32 of shape \[1,2\]/,
    );
    expect(other.weights()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(await sorted(store)).toEqual(['checkpoint-20', 'checkpoint-30', 'checkpoint-40']);
    expect(other.events).toEqual([]);
  });

  test('a newer format', async () => {
    const store = memoryStore();
    await (await process(store)).run;
    const manifest = new TextDecoder().decode(await store.read('checkpoint-40', 'manifest.json'));
    await damage(store, 'checkpoint-40', 'manifest.json', manifest.replace('"version":1', '"version":7'));
    const again = await process(store, { resume: true });
    await expect(again.run).rejects.toThrow('expected version 1 at most, got 7. It was written by a newer');
    expect(await sorted(store)).toEqual(['checkpoint-20', 'checkpoint-30', 'checkpoint-40']);
  });

  describe('a run by another kind of strategy', () => {
    const strategy = { save: '10 steps', maxSteps: 20 } as const;
    const journal: Journal = {
      version: 1,
      entries: [10, 20].map((step) => ({
        step,
        type: 'save',
        due: step,
        late: 0,
        missed: 0,
        why: ['10 steps'],
      })),
      end: { step: 30, reason: 'steps' },
    };

    test.each<[name: string, before: TrainOptions['strategy'], now: TrainOptions['strategy'], came: string]>([
      ['of intervals, by a replay', strategy, replay(journal), '"save":"10 steps"'],
      [
        'by a replay, of intervals',
        replay({ ...journal, end: { step: 20, reason: 'steps' } }),
        strategy,
        '"save":"as replayed"',
      ],
      [
        'by a replay, by a shorter one',
        replay({ ...journal, end: { step: 20, reason: 'steps' } }),
        replay({ ...journal, entries: journal.entries.slice(0, 1) }),
        '"save":"as replayed"',
      ],
    ])('%s', async (_, before, now, came) => {
      const store = memoryStore();
      await (await process(store, { strategy: before })).run;
      const again = await process(store, { resume: true, strategy: now });
      const refused = await again.run.catch(String);
      expect(refused).toMatch(/^WallclockError: memory\/checkpoint-20\/run.json: schedule: expected what/);
      expect(refused).toContain(came);
      expect(again.weights().flat()).toEqual([0, 0]);
      expect(again.events).toEqual([]);
      expect(await sorted(store)).toEqual(['checkpoint-10', 'checkpoint-20']);
    });

    test('but what looks like the schedule of one, and is none, is damaged, whoever goes on', async () => {
      const store = memoryStore();
      await (await process(store, { strategy: replay(journal) })).run;
      const { run, ...checkpoint } = await readCheckpoint(store, 'checkpoint-20');
      await writeCheckpoint(store, 'checkpoint-20', { ...checkpoint, run: { ...run, schedule: { log: 5 } } });
      const again = await process(store, { resume: true, strategy: replay(journal) });
      expect(await again.run).toMatchObject({ step: 30, resumedFrom: 'checkpoint-10' });
      expect(await sorted(store)).toContain('checkpoint-20.damaged');
    });
  });

  test('a newer format, but for one that is named beside it: that is gone on from, and the other one stays', async () => {
    const store = memoryStore();
    await (await process(store)).run;
    const manifest = new TextDecoder().decode(await store.read('checkpoint-40', 'manifest.json'));
    const newer = manifest.replace('"version":1', '"version":7');
    await damage(store, 'checkpoint-40', 'manifest.json', newer);
    const strategy = { ...STRATEGY, maxSteps: 38 };
    const again = await process(store, { resume: 'checkpoint-30', strategy });
    expect(await again.run).toMatchObject({ step: 38, warnings: [] });
    expect(new TextDecoder().decode(await store.read('checkpoint-40', 'manifest.json'))).toBe(newer);
  });

  test('a policy that cannot begin', async () => {
    const store = memoryStore();
    const ready = readyStrategy(STRATEGY);
    const initialState = () => {
      throw new Error('not today');
    };
    const strategy = { ...ready, policy: () => ({ ...ready.policy(), initialState }) };
    const { run, weights } = await process(store, { strategy });
    await expect(run).rejects.toThrow('not today');
    expect(weights()).toEqual([[0], [0]]);
    await (await store.lock('another'))();
  });

  test('the store is free again afterwards', async () => {
    const store = memoryStore();
    await (await process(store)).run;
    await expect((await process(store, { resume: true, units: 2 })).run).rejects.toThrow();
    expect(await (await process(store, { resume: true })).run).toMatchObject({ reason: 'steps', step: 40 });
  });
});

describe('retention deletes nothing but what is the run’s own', () => {
  test('checkpoints of another run in the same place are neither deleted nor replaced', async () => {
    const elsewhere = memoryStore();
    await (await process(elsewhere, { strategy: { save: '20 steps', maxSteps: 20 } })).run;
    const store = memoryStore();
    const strategy = { ...STRATEGY, keep: { latest: 1 } } as const;
    const own = await process(store, { began: 5000, strategy: { ...strategy, maxSteps: 10 } });
    await own.run;
    await writeCheckpoint(store, 'checkpoint-20', await readCheckpoint(elsewhere, 'checkpoint-20'));
    const before = await store.read('checkpoint-20', 'run.json');
    const other = await process(store, { strategy, resume: 'checkpoint-10' });
    await other.run;
    expect(await sorted(store)).toEqual(['checkpoint-20', 'checkpoint-40']);
    expect(await store.read('checkpoint-20', 'run.json')).toEqual(before);
    expect(other.events.find(({ type }) => type === 'fail')).toMatchObject({
      action: 'save',
      message:
        "memory/checkpoint-20: expected a name that is free, got 'a checkpoint of another run, or a damaged one'. Give each run a place of its own, or go on with the one that is there.",
    });
    // The newest one is gone on with, and the other run's stays.
    const again = await process(store, { resume: true, strategy: { ...strategy, maxSteps: 60 } });
    await again.run;
    expect(again.events[0]).toMatchObject({ run: own.events[0]!.type === 'begin' && own.events[0].run });
    expect(await sorted(store)).toEqual(['checkpoint-20', 'checkpoint-60']);
  });

  test('nor is one that comes there in mid-run, and the run goes on', async () => {
    const elsewhere = memoryStore();
    await (await process(elsewhere, { strategy: { save: '20 steps', maxSteps: 20 } })).run;
    const store = memoryStore();
    const { run, events } = await process(store, {
      ...{ began: 5000, strategy: { ...STRATEGY, keep: { latest: 1 } } },
      store: {
        ...store,
        async create(name) {
          if (name === 'checkpoint-10') {
            await writeCheckpoint(store, 'checkpoint-20', await readCheckpoint(elsewhere, 'checkpoint-20'));
          }
          return store.create(name);
        },
      },
    });
    expect(await run).toMatchObject({ reason: 'steps', step: 40 });
    expect(events.find(({ type }) => type === 'fail')).toMatchObject({
      ...{ step: 20, action: 'save' },
      message: expect.stringContaining('memory/checkpoint-20: expected a name that is free'),
    });
    expect(await sorted(store)).toEqual(['checkpoint-20', 'checkpoint-40']);
    expect(await store.read('checkpoint-20', 'run.json')).toEqual(
      await elsewhere.read('checkpoint-20', 'run.json'),
    );
  });

  test('a checkpoint that the rules delete in the save that wrote it is told of, once', async () => {
    const { run, events } = await process(memoryStore(), {
      strategy: { ...STRATEGY, keep: { every: '1h' } },
    });
    const { checkpoints } = await run;
    expect(checkpoints).toEqual(['checkpoint-10']);
    expect(events.flatMap((event) => (event.type === 'warn' ? [[event.step, event.message]] : []))).toEqual([
      [
        20,
        'checkpoint-20 was deleted by the save that wrote it, because no rule of keep holds it: after a crash the run would go on from checkpoint-10. Write keep: { latest: 1 } beside the other rules, and the newest one stays.',
      ],
    ]);
  });

  test('the one that a run goes on from stays until the next one is written, whole', async () => {
    const store = memoryStore();
    const keep = { ...STRATEGY, keep: { latest: 1 } };
    await (await process(store, { strategy: { ...keep, maxSteps: 20 } })).run;
    const listed: string[][] = [];
    let failures = 0;
    const flaky: CheckpointStore = {
      ...store,
      async create(name) {
        listed.push(await sorted(store));
        if (failures++ < 2) throw new Error('disk full');
        return store.create(name);
      },
    };
    await (await process(flaky, { resume: true, strategy: keep })).run;
    expect(failures).toBeGreaterThan(2);
    expect(listed.slice(0, 3)).toEqual([['checkpoint-20'], ['checkpoint-20'], ['checkpoint-20']]);
    expect(await store.list()).toEqual(['checkpoint-40']);
  });

  test('on a full disk, what the rules keep no more as a run goes on makes room for its first save', async () => {
    const store = memoryStore();
    await (await process(store, { strategy: { save: '10 steps', maxSteps: 30 } })).run;
    const full: CheckpointStore = {
      ...store,
      async create(name) {
        if ((await store.list()).length > 2) throw new Error('disk full');
        return store.create(name);
      },
    };
    const again = await process(full, { resume: true, strategy: { ...STRATEGY, keep: { latest: 1 } } });
    expect(await again.run).toMatchObject({ reason: 'steps', failures: 0 });
    expect(again.events.flatMap((event) => (event.type === 'save' ? [event.deleted] : []))).toEqual([
      ['checkpoint-10', 'checkpoint-20', 'checkpoint-30'],
    ]);
    expect(await store.list()).toEqual(['checkpoint-40']);
  });

  test('what was deleted before a save that failed is told by the next one', async () => {
    const store = memoryStore();
    await (await process(store, { strategy: { save: '10 steps', maxSteps: 20 } })).run;
    let failures = 0;
    const flaky: CheckpointStore = {
      ...store,
      async create(name) {
        if (failures++ === 0) throw new Error('disk full');
        return store.create(name);
      },
    };
    const again = await process(flaky, { resume: true, strategy: { ...STRATEGY, keep: { latest: 1 } } });
    expect(await again.run).toMatchObject({ reason: 'steps', failures: 1 });
    expect(again.events.flatMap((event) => (event.type === 'save' ? [...event.deleted] : [])).sort()).toEqual(
      expect.arrayContaining(['checkpoint-10', 'checkpoint-20']),
    );
  });

  test('what cannot be deleted is told once, with the cause, and tried again at each save', async () => {
    const store = memoryStore();
    let attempts = 0;
    const stuck: CheckpointStore = {
      ...store,
      async remove(name) {
        if (name === 'checkpoint-10' && attempts++ < 2) throw new Error('operation not permitted');
        await store.remove(name);
      },
    };
    const { run, events } = await process(stuck, { strategy: { ...STRATEGY, keep: { latest: 1 } } });
    expect(await run).toMatchObject({ reason: 'steps', failures: 0 });
    expect(events.flatMap((event) => (event.type === 'warn' ? [[event.step, event.message]] : []))).toEqual([
      [20, 'checkpoint-10 could not be deleted: operation not permitted'],
    ]);
    const deleted = events.flatMap((event) => (event.type === 'save' ? [event.deleted] : []));
    expect(deleted).toEqual([[], [], ['checkpoint-20'], ['checkpoint-10', 'checkpoint-30']]);
    expect(await store.list()).toEqual(['checkpoint-40']);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  });

  test('the best one of an earlier process stays', async () => {
    const store = memoryStore();
    const xs = tf.ones([4, 1]);
    const strategy = {
      ...{ save: '10 steps', evaluate: '10 steps', keep: { latest: 1 } },
      best: { metric: 'loss', greaterIsBetter: true },
    } as const satisfies StrategyOptions;
    // What is measured is the greatest at first.
    const options = { validation: { xs, ys: xs.mul(100) } };
    await (await process(store, { ...options, strategy: { ...strategy, maxSteps: 20 } })).run;
    expect(await sorted(store)).toEqual(['checkpoint-10', 'checkpoint-20']);
    await (await process(store, { ...options, resume: true, strategy: { ...strategy, maxSteps: 40 } })).run;
    expect(await sorted(store)).toEqual(['checkpoint-10', 'checkpoint-40']);
  });
});
