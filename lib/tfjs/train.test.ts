import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { journalOf } from '../core/journal.ts';
import { replay } from '../core/replay.ts';
import type { RunEvent } from '../core/run-event.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { PauseSwitch } from './pause-switch.ts';
import { type TrainOptions, train } from './train.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

/** y = 2x + 1 on 64 points, and a model of one unit with a known start. */
function lineProblem() {
  const xs = tf.linspace(-1, 1, 64).reshape([64, 1]);
  const ys = xs.mul(2).add(1);
  const model = tfl.sequential({
    layers: [tfl.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
  });
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError', metrics: ['mse'] });
  return { model, data: { xs, ys } };
}

const weightsOf = (model: tfl.LayersModel) => model.getWeights().flatMap((weight) => [...weight.dataSync()]);

/** A run on whose clock every step takes a second, and nothing else takes any time. */
async function trainByTheSecond(options: Partial<TrainOptions> & Pick<TrainOptions, 'strategy'>) {
  const { model, data } = lineProblem();
  const clock = manualClock();
  const { optimizer } = model;
  const minimize = optimizer.minimize.bind(optimizer);
  optimizer.minimize = (...args) => {
    clock.advance(1000);
    return minimize(...args);
  };
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent) => events.push(event);
  const state = await train(model, { data, batchSize: 16, clock, onEvent, ...options });
  return { model, events, state };
}

describe('train()', () => {
  test('learns, logs the mean loss since the last log, and ends with the reason', async () => {
    const { state, events, model } = await trainByTheSecond({ strategy: { log: '10s', maxSteps: 200 } });
    expect(state).toMatchObject({ reason: 'steps', step: 200, epoch: 50, status: 'ended' });
    const losses = events.flatMap((event) => (event.type === 'log' ? [event.metrics.loss!] : []));
    expect(losses).toHaveLength(20);
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses.at(-1)).toBeLessThan(0.01);
    expect(weightsOf(model)[0]).toBeCloseTo(2, 0);
  });

  test('gives the weights that model.fit gives', async () => {
    const ours = lineProblem();
    const theirs = lineProblem();
    await train(ours.model, { data: inOrder(ours.data, 16), strategy: { maxEpochs: 5 } });
    await theirs.model.fit(theirs.data.xs, theirs.data.ys, {
      ...{ batchSize: 16, epochs: 5, shuffle: false, verbose: 0 },
    });
    expect(weightsOf(ours.model)).toEqual(weightsOf(theirs.model));
  });

  test('reads the loss back only when a log is due', async () => {
    const read = vi.spyOn(tf.Tensor.prototype, 'data');
    const readNow = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    const { events } = await trainByTheSecond({ strategy: { log: '25s', maxSteps: 100 } });
    expect(events.filter(({ type }) => type === 'log')).toHaveLength(4);
    // The data itself is read once, before the first step.
    expect(read.mock.contexts.filter((tensor) => (tensor as tf.Tensor).size === 1)).toHaveLength(4);
    expect(readNow).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test('keeps no tensor, however seldom it logs', async () => {
    const { model, data } = lineProblem();
    const strategy = { log: '1h', evaluate: '300 steps', maxSteps: 700 } as const;
    await train(model, { data, validation: data, strategy: { maxSteps: 1 } }); // makes adam's accumulators
    const before = tf.memory().numTensors;
    await train(model, { data, validation: data, strategy });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('takes the same way for the same seed, and another one for another', async () => {
    const strategy = { maxEpochs: 2 } as const;
    const [once, again, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => weightsOf((await trainByTheSecond({ strategy, seed })).model)),
    );
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });

  test('evaluates as model.evaluate does, on a last batch that is smaller too', async () => {
    const { model, data } = lineProblem();
    const validation = { xs: data.xs.slice([0, 0], [37, 1]), ys: data.ys.slice([0, 0], [37, 1]) };
    const strategy = { evaluate: '3 steps', maxSteps: 3 } as const;
    const state = await train(model, { data, validation, batchSize: 16, strategy });
    const [loss, mse] = model.evaluate(validation.xs, validation.ys, { batchSize: 37 }) as tf.Scalar[];
    expect(state.evaluate.last!.metrics.loss).toBeCloseTo(loss!.dataSync()[0]!, 5);
    expect(state.evaluate.last!.metrics.mse).toBeCloseTo(mse!.dataSync()[0]!, 5);
  });

  test('takes a dataset of batches', async () => {
    const { model, data } = lineProblem();
    const dataset = tfd.array(Array.from({ length: 64 }, (_, index) => index / 32 - 1)).batch(16);
    const batches = dataset.map((value) => {
      const xs = (value as tf.Tensor).reshape([-1, 1]);
      return { xs, ys: xs.mul(2).add(1) };
    });
    const before = tf.memory().numTensors;
    const strategy = { log: '2 steps', evaluate: '100 steps', maxEpochs: 60 } as const;
    const state = await train(model, { data: batches, validation: batches, strategy });
    expect(state).toMatchObject({ reason: 'epochs', step: 240, epoch: 60, evaluate: { count: 3 } });
    expect(state.log.last!.metrics.loss).toBeLessThan(0.01);
    // Adam's accumulators: two moments of two weights.
    expect(tf.memory().numTensors).toBe(before + 4);
    data.xs.dispose();
  });

  test('numbers are targets as model.fit takes them: the same is learnt and measured', async () => {
    const column = lineProblem();
    const numbers = lineProblem();
    const fitted = lineProblem();
    const flat = { xs: numbers.data.xs.flatten(), ys: numbers.data.ys.flatten() };
    const strategy = { evaluate: '1 epoch', maxEpochs: 5 } as const;
    const run = { data: inOrder(flat, 16), validation: flat, strategy };
    const ended = await train(numbers.model, run);
    const expected = await train(column.model, { ...run, data: inOrder(column.data, 16) });
    await fitted.model.fit(flat.xs, flat.ys, { batchSize: 16, epochs: 5, shuffle: false, verbose: 0 });
    expect(weightsOf(numbers.model)).toEqual(weightsOf(fitted.model));
    expect(ended.evaluate.last!.metrics).toEqual(expected.evaluate.last!.metrics);
    const [loss] = numbers.model.evaluate(flat.xs, flat.ys) as tf.Scalar[];
    expect(ended.evaluate.last!.metrics.loss).toBeCloseTo(loss!.dataSync()[0]!, 5);
  });

  test('a dataset of batches that do not fit is refused at its first one, and nothing is learnt', async () => {
    const { model, data } = lineProblem();
    const wide = { xs: data.xs, ys: tf.zeros([64, 3]) };
    const before = tf.memory().numTensors;
    await expect(train(model, { data: inOrder(wide, 16), strategy: { maxSteps: 2 } })).rejects.toThrow(
      "train(): data: ys: expected a shape of [*, 1] for the model's output",
    );
    expect(weightsOf(model)).toEqual([0, 0]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('stops at a signal, with the final actions', async () => {
    const stop = new AbortController();
    const { state, events } = await trainByTheSecond({
      strategy: { log: '1h' },
      signal: stop.signal,
      onStep: ({ step }) => step === 5 && stop.abort(),
    });
    expect(state).toMatchObject({ reason: 'stopped', step: 5 });
    expect(events.at(-2)).toMatchObject({ type: 'log', step: 5, why: ['final'] });
  });

  test('a signal that is already given lets no step happen', async () => {
    const { state } = await trainByTheSecond({ strategy: { log: '1s' }, signal: AbortSignal.abort() });
    expect(state).toMatchObject({ reason: 'stopped', step: 0 });
  });

  test('pauses between steps, and no active time passes', async () => {
    const pause = new PauseSwitch();
    const clock = manualClock();
    const { model, data } = lineProblem();
    const events: string[] = [];
    const state = await train(model, {
      ...{ data, clock, pause, strategy: { maxSteps: 6 } },
      onEvent: ({ type, step, active }) => events.push(`${type} ${step} ${active}`),
      onStep({ step }) {
        clock.advance(1000);
        if (step !== 4) return;
        pause.pause();
        const later = () => {
          clock.advance(60_000);
          pause.continue();
        };
        // Training pauses at its next turn, which has been waiting for one task already.
        setImmediate(() => setImmediate(later));
      },
    });
    expect(events).toEqual(['begin 0 0', 'pause 4 4', 'continue 4 4', 'end 6 6']);
    expect(state.elapsed).toBe(66);
  });

  test('lets timers and messages in while it trains', async () => {
    let turns = 0;
    const count = () => {
      turns++;
      if (turns < 5) setImmediate(count);
    };
    setImmediate(count);
    const { state } = await trainByTheSecond({ strategy: { maxSteps: 20 } });
    expect(state.step).toBe(20);
    expect(turns).toBe(5);
  });

  test('saves by time, keeps what the strategy keeps, and resumes to the same bytes', async () => {
    const strategy = { log: '4s', evaluate: '7s', save: '5s', maxSteps: 40, keep: { latest: 2 } } as const;
    const { data: validation } = lineProblem();
    const whole = await trainByTheSecond({ strategy, validation, store: memoryStore(), seed: 3 });

    const store = memoryStore();
    const died = new Error('power cut');
    const onStep = ({ step }: { step: number }) => {
      if (step === 23) throw died;
    };
    const first = trainByTheSecond({ strategy, validation, store, seed: 3, onStep });
    await expect(first).rejects.toBe(died);
    expect((await store.list()).toSorted()).toEqual(['checkpoint-15', 'checkpoint-20']);

    const second = await trainByTheSecond({ strategy, validation, store, seed: 3, resume: true });
    expect(second.events[0]).toMatchObject({
      type: 'begin',
      step: 20,
      resumed: { checkpoint: 'checkpoint-20' },
    });
    expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
    const told = ({ events }: { events: readonly RunEvent[] }) =>
      events
        .filter(({ step, type }) => step > 20 && type !== 'begin')
        .map(({ type, step, elapsed, ...event }) => {
          return { type, step, elapsed, metrics: 'metrics' in event && event.metrics };
        });
    expect(told(second)).toEqual(told(whole));
    expect((await store.list()).toSorted()).toEqual(['checkpoint-35', 'checkpoint-40']);
  });

  test('resume starts afresh where there is nothing to resume', async () => {
    const { state } = await trainByTheSecond({
      strategy: { maxSteps: 2 },
      store: memoryStore(),
      resume: true,
    });
    expect(state).toMatchObject({ step: 2, reason: 'steps' });
  });

  test('the best model is saved by event, and is the model at the end', async () => {
    const store = memoryStore();
    const { model, state, events } = await trainByTheSecond({
      strategy: {
        ...{ evaluate: '4s', save: '1h', maxSteps: 24, keep: { latest: 1 } },
        best: { metric: 'loss', load: true },
      },
      // What is measured gets better and then worse: the line passes through the one that is asked for.
      validation: { xs: tf.tensor2d([[1]]), ys: tf.tensor2d([[0.8]]) },
      store,
    });
    const measured = events.flatMap((event) =>
      event.type === 'evaluate' ? [[event.metrics.loss!, event.step] as const] : [],
    );
    const [, bestStep] = measured.reduce((best, next) => (next[0] < best[0] ? next : best));
    expect(bestStep).toBeGreaterThan(4);
    expect(bestStep).toBeLessThan(24);
    expect(state.loaded).toBe(`checkpoint-${bestStep}`);
    expect(await store.list()).toEqual([`checkpoint-${bestStep}`, 'checkpoint-24']);
    const stopped = await trainByTheSecond({ strategy: { maxSteps: bestStep } });
    expect(weightsOf(model)).toEqual(weightsOf(stopped.model));
  });

  test('a metric that the model does not measure is refused before anything has started', async () => {
    const best = { metric: 'acuracy' };
    await expect(
      trainByTheSecond({
        ...{ strategy: { evaluate: '4s', save: '9s', maxSteps: 4, best }, store: memoryStore() },
        validation: { xs: tf.zeros([1, 1]), ys: tf.zeros([1, 1]) },
      }),
    ).rejects.toThrow(
      "strategy.best.metric: expected a metric that the model was compiled with (loss, mse), got 'acuracy'.",
    );
  });

  test('evaluations, logs and saves disturb neither the order of the examples nor what is learnt', async () => {
    const quiet = await trainByTheSecond({ strategy: { maxSteps: 50 }, seed: 3 });
    const busy = await trainByTheSecond({
      strategy: { log: '1 step', evaluate: '1 step or 1 epoch', save: '2s', maxSteps: 50 },
      ...{ seed: 3, store: memoryStore(), validation: { xs: tf.ones([7, 1]), ys: tf.ones([7, 1]) } },
    });
    expect(busy.state.evaluate.count).toBe(50);
    expect(weightsOf(busy.model)).toEqual(weightsOf(quiet.model));
  });

  test('a replay acts on the same steps, however long they take', async () => {
    const strategy = { log: '3s', evaluate: '7s', save: '11s', maxTime: '40s' } as const;
    const validation = { xs: tf.ones([7, 1]), ys: tf.ones([7, 1]) };
    const first = await trainByTheSecond({ strategy, validation, store: memoryStore() });
    const { model, data } = lineProblem();
    const events: RunEvent[] = [];
    const again = await train(model, {
      ...{ data, validation, batchSize: 16, store: memoryStore() },
      strategy: replay(journalOf(first.events)),
      onEvent: (event) => events.push(event),
    });
    const acted = (all: readonly RunEvent[]) =>
      all.flatMap((event) => ('why' in event ? [`${event.type} ${event.step}`] : []));
    expect(acted(events)).toEqual(acted(first.events));
    expect(acted(events).length).toBeGreaterThan(15);
    expect(again).toMatchObject({ step: 40, reason: 'time' });
    expect(weightsOf(model)).toEqual(weightsOf(first.model));
  });

  test('an evaluation is given up where the run is stopped in its middle, and not tried again', async () => {
    const controller = new AbortController();
    const validation = {
      async iterator() {
        let count = 0;
        return {
          async next() {
            if (++count === 5) controller.abort();
            return { value: { xs: tf.ones([2, 1]), ys: tf.ones([2, 1]) }, done: false };
          },
        };
      },
    };
    const { signal } = controller;
    const strategy = { log: '1h', evaluate: '3s', final: { evaluate: false } } as const;
    const { state, events } = await trainByTheSecond({ strategy, validation, signal });
    expect(events.map(({ type }) => type)).toEqual(['begin', 'log', 'end']);
    expect(state).toMatchObject({ reason: 'stopped', step: 3, failures: 0 });
  });

  test('an evaluation that fails holds no tensors, and says what it lacked', async () => {
    let attempts = 0;
    const failing = (batches: number) => ({
      async iterator() {
        let left = batches;
        return {
          async next() {
            if (attempts > 0 && left-- === 0) throw new Error('the file is gone');
            attempts++;
            return { value: { xs: tf.ones([2, 1]), ys: tf.ones([2, 1]) }, done: false };
          },
        };
      },
    });
    const strategy = { evaluate: '2s', maxSteps: 12, final: { evaluate: false } } as const;
    const quiet = await trainByTheSecond({ strategy: { maxSteps: 12 } });
    const before = tf.memory().numTensors;
    await trainByTheSecond({ strategy: { maxSteps: 12 } });
    const each = tf.memory().numTensors - before;
    for (const validation of [
      failing(3),
      {
        async iterator() {
          return {
            async next() {
              return { value: undefined, done: true };
            },
          };
        },
      },
    ]) {
      const had = tf.memory().numTensors;
      const { state } = await trainByTheSecond({ strategy, validation });
      expect(state.failures).toBeGreaterThan(2);
      expect(tf.memory().numTensors - had).toBe(each);
    }
    expect(quiet.state.failures).toBe(0);
  });

  test('a batch of a dataset whose tensors differ in their examples is refused', async () => {
    const data = {
      async iterator() {
        return { next: async () => ({ value: { xs: tf.ones([4, 1]), ys: tf.ones([1, 1]) }, done: false }) };
      },
    };
    const { model } = lineProblem();
    await expect(train(model, { data, strategy: { maxSteps: 2 } })).rejects.toThrow(
      'train(): data: expected 4 examples in each tensor of a batch',
    );
  });

  test('a store that fails does not end the training', async () => {
    const store = { ...memoryStore(), create: () => Promise.reject(new Error('disk full')) };
    const { state, events } = await trainByTheSecond({ strategy: { save: '4s', maxSteps: 10 }, store });
    expect(state).toMatchObject({ step: 10, reason: 'steps', save: { count: 0 } });
    const failures = events.filter(({ type }) => type === 'fail');
    expect(failures.map(({ step }) => step)).toEqual([4, 5, 7, 10, 10, 10]);
    expect(failures[0]).toMatchObject({ action: 'save', message: 'disk full' });
  });

  test.each<[string, (options: TrainOptions) => unknown]>([
    [
      "strategy.log: expected an interval, got '5 minuets'",
      (o) => ({ ...o, strategy: { log: '5 minuets' } }),
    ],
    ['train(): expected only the keys', (o) => ({ ...o, stratgy: {} })],
    ['train(): batchSize: expected a whole number', (o) => ({ ...o, batchSize: 0 })],
    ['train(): minimumStepTime: expected', (o) => ({ ...o, minimumStepTime: Number.POSITIVE_INFINITY })],
    ['train(): onStep: expected a function', (o) => ({ ...o, onStep: 'x' })],
    ['train(): signal: expected an AbortSignal', (o) => ({ ...o, signal: {} })],
    ['train(): validation: expected data', (o) => ({ ...o, strategy: { evaluate: '1s', maxSteps: 1 } })],
    ['train(): store: expected a checkpoint store', (o) => ({ ...o, strategy: { save: '1s', maxSteps: 1 } })],
    [
      'train(): store: expected a checkpoint store',
      (o) => ({ ...o, strategy: { maxSteps: 1, final: { save: true } } }),
    ],
    ['train(): strategy: expected a limit', (o) => ({ ...o, strategy: { log: '1s' } })],
    [
      'train(): data.xs: expected a tensor, got ',
      (o) => {
        const { xs, ys } = o.data as { xs: tf.Tensor; ys: tf.Tensor };
        return { ...o, data: { xs: [xs, xs], ys } };
      },
    ],
    ['train(): data: expected { xs, ys }', (o) => ({ ...o, data: [1, 2] })],
    [
      "train(): data.ys: expected a shape of [*, 1] for the model's output 'dense_Dense",
      (o) => ({ ...o, data: { xs: (o.data as { xs: tf.Tensor }).xs, ys: tf.zeros([64, 3]) } }),
    ],
    [
      "train(): data.xs: expected a shape of [*, 1] for the model's input 'dense_Dense",
      (o) => ({ ...o, data: { xs: tf.zeros([64, 2]), ys: (o.data as { ys: tf.Tensor }).ys } }),
    ],
    [
      "train(): validation.xs: expected a shape of [*, 1] for the model's input 'dense_Dense",
      (o) => ({ ...o, validation: { xs: tf.zeros([2, 5]), ys: tf.zeros([2, 1]) } }),
    ],
    [
      'train(): data.ys: expected 64 examples',
      (o) => ({ ...o, data: { xs: (o.data as { xs: tf.Tensor }).xs, ys: tf.zeros([3, 1]) } }),
    ],
  ])('refuses before anything has started: %s', async (message, change) => {
    const { model, data } = lineProblem();
    const begun = vi.fn();
    const options = change({ data, strategy: { maxSteps: 1 } }) as TrainOptions;
    await expect(train(model, { ...options, onEvent: begun })).rejects.toThrow(message);
    expect(begun).not.toHaveBeenCalled();
  });

  test('refuses a model that is not compiled', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
    const { data } = lineProblem();
    await expect(
      train(model, { data, strategy: { maxSteps: 1 } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[WallclockError: train(): expected a compiled LayersModel, got 'one that is not compiled'. Call model.compile({ optimizer: 'adam', loss: … }) first.]`,
    );
  });
});

/** Batches of data in memory, in order. */
function inOrder({ xs, ys }: { xs: tf.Tensor; ys: tf.Tensor }, size: number) {
  const batches = Array.from({ length: xs.shape[0]! / size }, (_, index) => index * size);
  return {
    async iterator() {
      let next = 0;
      return {
        async next() {
          const start = batches[next++];
          if (start === undefined) return { value: undefined, done: true };
          return { value: { xs: xs.slice(start, size), ys: ys.slice(start, size) }, done: false };
        },
      };
    },
  };
}
