import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCheckpoint } from '../checkpoints/checkpoint.ts';
import { sortCheckpoints } from '../checkpoints/checkpoint-name.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { journalOf } from '../core/journal.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { StrategyOptions } from '../core/strategy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { readOptimizer } from './optimizer-state.ts';
import { train } from './train.ts';
import { trainedModel } from './trained.ts';

/*
 * A run that is interrupted, however often and wherever, and resumed each time, ends as one that was not: in the bytes
 * of its weights and of its optimizer's state, and in what it tells. The interruptions are random, and the same ones at
 * each run of the tests.
 */

const SEED = 20_261_123;

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

const OPTIMIZERS: [name: string, make: () => tf.Optimizer][] = [
  ['sgd', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['momentum, Nesterov', () => tf.train.momentum(0.1, 0.9, true)],
  ['adagrad', () => tf.train.adagrad(0.1)],
  ['adadelta', () => tf.train.adadelta(0.5)],
  ['adam', () => tf.train.adam(0.05)],
  ['adamax', () => tf.train.adamax(0.05)],
  ['rmsprop', () => tf.train.rmsprop(0.05)],
  ['rmsprop, centred', () => tf.train.rmsprop(0.05, 0.9, 0, undefined, true)],
  ['rmsprop, with momentum', () => tf.train.rmsprop(0.05, 0.9, 0.5)],
  ['rmsprop, both', () => tf.train.rmsprop(0.05, 0.9, 0.5, undefined, true)],
];

const STEPS = 13;

/** Four steps an epoch, so that the end is in the middle of one. Steps of a second, evaluations of three. */
const STRATEGY = {
  ...{ log: '3s', evaluate: '2 steps', save: '2s', maxSteps: STEPS, keep: { latest: 3 } },
  ...{ best: { metric: 'loss' }, patience: '7 evaluations' },
} as const satisfies StrategyOptions;

interface Attempt {
  readonly store: CheckpointStore;
  readonly optimizer: () => tf.Optimizer;
  readonly strategy?: StrategyOptions;
  readonly layers?: () => tfl.layers.Layer[];
  /** The step after which the power is cut. Default: never. */
  readonly cutAt?: number | undefined;
}

const POWER_CUT = new Error('power cut');

/** One process: a model of its own, on whose clock each step takes a second. */
async function attempt({ store, optimizer, strategy = STRATEGY, layers = plainLayers, cutAt }: Attempt) {
  const xs = tf.linspace(-1, 1, 14).reshape([14, 1]);
  const data = { xs, ys: xs.mul(2).add(1) };
  const model = tfl.sequential({ layers: layers() });
  model.compile({ optimizer: optimizer(), loss: 'meanSquaredError' });
  const clock = manualClock();
  const minimize = model.optimizer.minimize.bind(model.optimizer);
  model.optimizer.minimize = (...args) => {
    clock.advance(1000);
    return minimize(...args);
  };
  const events: RunEvent[] = [];
  const ended = await train(model, {
    ...{ data, validation: data, batchSize: 4, seed: 7, clock, store, strategy, resume: true },
    onEvent(event) {
      events.push(event);
      if (event.type === 'begin' && cutAt === 0) throw POWER_CUT;
    },
    onStep({ step }) {
      if (step === cutAt) throw POWER_CUT;
    },
  }).catch((error: unknown) => {
    if (error !== POWER_CUT) throw error;
    return undefined;
  });
  const { weights } = trainedModel(model);
  const outcome = {
    weights: weights.map(({ variable }) => variable.dataSync().slice()),
    optimizer: await readOptimizer(model.optimizer),
  };
  model.dispose();
  return { events, ended, outcome };
}

const initializer = (seed: number) => tfl.initializers.randomNormal({ seed, stddev: 0.5 });

function plainLayers(): tfl.layers.Layer[] {
  return [
    tfl.layers.dense({ units: 3, inputShape: [1], activation: 'tanh', kernelInitializer: initializer(1) }),
    // Its averages are weights that no optimizer changes.
    tfl.layers.batchNormalization(),
    tfl.layers.dense({ units: 1, kernelInitializer: initializer(2) }),
  ];
}

/** What was done, when and why, and what it came to. A resumed run begins once more, and so it counts events anew. */
function told(events: readonly RunEvent[]) {
  const measured = events.filter(({ type }) => type !== 'begin' && type !== 'save');
  return { journal: journalOf(events), measured: measured.map(({ seq: _, ...event }) => event) };
}

/** A store's last checkpoint: its times, its schedule, the best model and the patience, and the bytes of the rest. */
async function knownAtEnd(store: CheckpointStore) {
  const last = sortCheckpoints(await store.list()).at(-1)!;
  const { state: _, ...run } = (await readCheckpoint(store, last)).run;
  // Where this process began, for the limits of a run alone: that is to differ.
  const { begun: __, ...schedule } = run.schedule as { readonly begun: unknown };
  const files = ['model.safetensors', 'optimizer.safetensors', 'trainer_state.json'];
  const bytes = await Promise.all(files.map((file) => store.read(last, file)));
  return { ...run, schedule, bytes };
}

/** Interrupted after each of these steps in turn, and resumed; then left to end. */
async function resumed(cuts: readonly number[], options: Omit<Attempt, 'store' | 'cutAt'>) {
  const store = memoryStore();
  let events: readonly RunEvent[] = [];
  for (const cutAt of [...cuts, undefined]) {
    const next = await attempt({ ...options, store, cutAt });
    const from = next.events[0]!;
    // What was told after the checkpoint has not happened: a journal is cut to what its checkpoint records.
    const kept = from.type === 'begin' && from.resumed ? events.filter(({ seq }) => seq < from.seq) : [];
    events = [...kept, ...next.events];
    if (cutAt === undefined) return { ...next, events, known: await knownAtEnd(store) };
  }
  throw new Error('unreachable');
}

const cuts = fc
  .uniqueArray(fc.integer({ min: 0, max: STEPS }), { minLength: 1, maxLength: 3 })
  .map((steps) => steps.toSorted((a, b) => a - b));

describe.each(OPTIMIZERS)('%s', (_, optimizer) => {
  test('ends in the same bytes and tells the same, wherever it was interrupted', async () => {
    const store = memoryStore();
    const whole = await attempt({ store, optimizer });
    const known = await knownAtEnd(store);
    expect(whole.ended).toMatchObject({ reason: 'steps', step: STEPS });
    const same = async (steps: readonly number[]) => {
      const again = await resumed(steps, { optimizer });
      expect(again.outcome, `interrupted at ${steps}`).toEqual(whole.outcome);
      expect(told(again.events), `interrupted at ${steps}`).toEqual(told(whole.events));
      expect(again.known, `interrupted at ${steps}`).toEqual(known);
    };
    const examples: [number[]][] = [[[0]], [[0, 0]], [[STEPS]]];
    await fc.assert(fc.asyncProperty(cuts, same), { seed: SEED, numRuns: 6, examples, endOnFailure: true });
  });
});

test('interrupted after each step in turn, and at each', async () => {
  const optimizer = () => tf.train.adam(0.05);
  const whole = await attempt({ store: memoryStore(), optimizer });
  const every = Array.from({ length: STEPS + 1 }, (_, step) => step);
  for (const cuts of [...every.map((step) => [step]), every]) {
    const again = await resumed(cuts, { optimizer });
    expect(again.outcome, `interrupted at ${cuts}`).toEqual(whole.outcome);
    expect(told(again.events), `interrupted at ${cuts}`).toEqual(told(whole.events));
  }
});

test('a run that is complete is not taken further', async () => {
  const store = memoryStore();
  const optimizer = () => tf.train.adamax(0.05);
  const whole = await attempt({ store, optimizer });
  const known = await knownAtEnd(store);
  const again = await attempt({ store, optimizer });
  expect(again.events.map(({ type }) => type)).toEqual(['begin', 'end']);
  expect(again.ended).toMatchObject({ reason: 'steps', step: STEPS });
  expect(again.outcome).toEqual(whole.outcome);
  expect(await knownAtEnd(store)).toEqual(known);
});

test('a model whose layers draw randomness of their own goes on as well', async () => {
  const layers = () => [
    tfl.layers.dense({ units: 8, inputShape: [1], activation: 'tanh', kernelInitializer: initializer(1) }),
    tfl.layers.gaussianNoise({ stddev: 0.1 }),
    tfl.layers.dropout({ rate: 0.25 }),
    tfl.layers.reshape({ targetShape: [4, 2] }),
    tfl.layers.gru({
      ...{ units: 2, dropout: 0.3, recurrentDropout: 0.3 },
      ...{ kernelInitializer: initializer(2), recurrentInitializer: initializer(3) },
    }),
    tfl.layers.dense({ units: 1, kernelInitializer: initializer(4) }),
  ];
  const optimizer = () => tf.train.adam(0.01);
  const whole = await attempt({ store: memoryStore(), optimizer, layers });
  for (const cutsAt of [[5], [2, 7], [0, 11]]) {
    const again = await resumed(cutsAt, { optimizer, layers });
    expect(again.outcome, `interrupted at ${cutsAt}`).toEqual(whole.outcome);
    expect(told(again.events)).toEqual(told(whole.events));
  }
});
