import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCheckpoint } from '../checkpoints/checkpoint.ts';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { messageOf } from '../core/errors.ts';
import type { RunEvent } from '../core/run-event.ts';
import { nextTask } from '../next-task.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { SaveSwitch } from './save-switch.ts';
import { type StepHookOptions, stepHook } from './step-hook.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

/** y = 2x learnt by hand, on a clock by which each step takes a second. */
function loop(options: Pick<StepHookOptions, 'strategy'> & Partial<StepHookOptions>) {
  const clock = manualClock();
  const slope = tf.variable(tf.scalar(0), true, `slope-${++count}`);
  const optimizer = tf.train.adam(0.1);
  const x = tf.linspace(-1, 1, 16);
  const y = x.mul(2);
  const loss = () => tf.losses.meanSquaredError(y, x.mul(slope)) as tf.Scalar;
  const events: RunEvent[] = [];
  const whole: StepHookOptions = {
    ...{ variables: [slope], optimizer, clock, onEvent: (event: RunEvent) => events.push(event) },
    evaluate: () => tf.tidy(() => ({ loss: loss().dataSync()[0]! })),
    ...options,
  };
  const hook = stepHook(whole);
  const run = async (steps = Number.POSITIVE_INFINITY) => {
    for (let step = 0; step < steps && !hook.stopped; step++) {
      clock.advance(1000);
      await hook.step(optimizer.minimize(loss, true, [slope]));
    }
  };
  return { hook, options: whole, run, events, slope, types: () => events.map(({ type }) => type) };
}

let count = 0;

/** A store that is not done with a save before others have had a turn. */
function slowStore() {
  const store = memoryStore();
  const create: typeof store.create = async (name) => {
    await nextTask();
    return store.create(name);
  };
  return { ...store, create };
}

test('a save that is asked for in a turn within step() is done before the next one, with the model of its step', async () => {
  const store = slowStore();
  const { hook, run, slope } = loop({ strategy: { save: '1h', maxSteps: 4, final: { save: false } }, store });
  await hook.begin();
  let asked: Promise<unknown> | undefined;
  let trained: unknown;
  void nextTask().then(() => {
    trained = slope.dataSync().slice();
    // The second is refused, and told so: it does not end the loop.
    asked = Promise.allSettled([hook.save(), hook.save()]);
  });
  await run();
  expect(await asked).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }]);
  expect(await hook.end()).toMatchObject({ reason: 'steps', step: 4, checkpoints: ['checkpoint-1'] });
  const { model } = await readCheckpoint(store, 'checkpoint-1');
  expect(model[0]!.data).toEqual(trained);
});

test('a SaveSwitch may be turned while the loop waits for something of its own: the step under way is saved', async () => {
  const store = slowStore();
  const save = new SaveSwitch();
  const { hook, run, events } = loop({
    strategy: { save: '1h', maxSteps: 4, final: { save: false } },
    // By this one no time passes: no turn is due.
    ...{ store, save, clock: manualClock() },
  });
  await hook.begin();
  for (let step = 1; !hook.stopped; step++) {
    if (step === 2) void nextTask().then(() => save.save());
    await nextTask();
    await run(1);
  }
  expect(await hook.end()).toMatchObject({ step: 4, checkpoints: ['checkpoint-2'] });
  expect(events.map(({ type, step }) => `${type} ${step}`)).toContain('save 2');
});

test('a loop by hand logs, evaluates, saves and stops by time', async () => {
  const store = memoryStore();
  const { hook, run, events, slope } = loop({
    strategy: { log: '5s', evaluate: '10s', save: '20s', maxTime: '60s' },
    store,
  });
  expect(await hook.begin()).toEqual({ epochs: 0, stepInEpoch: 0 });
  await run();
  const state = await hook.end();
  expect(state).toMatchObject({ reason: 'time', step: 60, log: { count: 12 }, evaluate: { count: 6 } });
  expect(await store.list()).toEqual(['checkpoint-20', 'checkpoint-40', 'checkpoint-60']);
  expect(slope.dataSync()[0]).toBeCloseTo(2, 1);
  const losses = events.flatMap((event) => (event.type === 'log' ? [event.metrics.loss!] : []));
  expect(losses[0]).toBeGreaterThan(losses.at(-1)!);
});

test('an interrupted loop goes on from its checkpoint and ends in the same bits', async () => {
  const strategy = { log: '3s', save: '7s', maxSteps: 30 } as const;
  const whole = loop({ strategy, store: memoryStore() });
  await whole.hook.begin();
  await whole.run();
  await whole.hook.end();

  // The first one's process dies, and its lock with it.
  const store = { ...memoryStore(), lock: async () => async () => {} };
  const first = loop({ strategy, store });
  await first.hook.begin();
  await first.run(17);
  const second = loop({ strategy, store, resume: true });
  expect(await second.hook.begin()).toEqual({ epochs: 0, stepInEpoch: 14 });
  await second.run();
  expect(await second.hook.end()).toMatchObject({ step: 30, resumedFrom: 'checkpoint-14' });
  expect(second.slope.dataSync()).toEqual(whole.slope.dataSync());
});

test('holds no tensor when it has ended', async () => {
  const { hook, run } = loop({ strategy: { log: '50s', maxSteps: 40, final: { log: false } } });
  await hook.begin();
  await run(1);
  const before = tf.memory().numTensors;
  await run();
  await hook.end();
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
});

test('the best model is saved by event and loaded at the end', async () => {
  const losses = [3, 1, 2, 4];
  let measured = 0;
  const slopes: number[] = [];
  const store = memoryStore();
  const { hook, run, slope, types } = loop({
    strategy: {
      ...{ evaluate: '5s', save: '1h', maxSteps: 20, final: { save: false, log: false } },
      best: { metric: 'loss', load: true },
    },
    store,
    evaluate: () => {
      slopes.push(slope.dataSync()[0]!);
      return { loss: losses[measured++]! };
    },
  });
  await hook.begin();
  await run();
  const state = await hook.end();
  expect(types()).toEqual([
    'begin',
    ...['evaluate', 'save', 'evaluate', 'save'],
    'evaluate',
    'evaluate',
    'load',
    'end',
  ]);
  expect(state.loaded).toBe('checkpoint-10');
  expect(slope.dataSync()[0]).toBe(slopes[1]);
  expect(await store.list()).toEqual(['checkpoint-5', 'checkpoint-10']);
});

describe('what does not hold is refused before anything has started', () => {
  test.each<[name: string, options: Partial<StepHookOptions>, message: string]>([
    ['a misspelt option', { variabels: [] } as object, "got 'variabels'. Did you mean 'variables'?"],
    [
      'an evaluation without a way',
      { strategy: { evaluate: '1s' }, evaluate: undefined as never },
      "stepHook(): evaluate: expected a function that measures the model, because the strategy has 'evaluate', got undefined.",
    ],
    [
      'a way that is none',
      { evaluate: {} as never },
      'evaluate: expected a function that measures the model',
    ],
    ['a save without a store', { strategy: { save: '1s' } }, 'store: expected a checkpoint store'],
    ['nothing to save', { store: memoryStore(), variables: [] }, 'variables: expected the variables'],
    ['a resume without a store', { resume: true }, 'store: expected a checkpoint store to resume from'],
    ['a number of steps', { steps: 1.5 }, 'steps: expected a whole number'],
    ['a part of a run without a size', { strategy: { log: '10%' } }, "a run of known length for '10%'"],
  ])('%s', (_, options, message) => {
    expect(() => loop({ strategy: {}, ...options })).toThrow(message);
  });

  test('a call before begin(), and a second begin()', async () => {
    const { hook } = loop({ strategy: {} });
    await expect(hook.step()).rejects.toThrow('expected begin() before anything else');
    await hook.begin();
    await expect(hook.begin()).rejects.toThrow('expected one begin()');
  });
});

test.each<[name: string, make: () => unknown, message: string]>([
  [
    'a number',
    () => 0,
    'stepHook: step(loss): expected a scalar tensor, got 0. Write tf.scalar(loss) for a number, as trainOnBatch gives one, and loss.mean() for a tensor of many; or leave it out.',
  ],
  ['a list', () => [0.5, 0.25], 'expected a scalar tensor, got [0.5,0.25]. Write'],
  ['many', () => tf.ones([3]), "expected a scalar tensor, got 'a tensor of shape [3]'. Write"],
  [
    'one that is gone',
    () => {
      const loss = tf.scalar(1);
      loss.dispose();
      return loss;
    },
    "expected a tensor that is still there, got 'a disposed one'. The loss is the hook's from its step on",
  ],
])(
  'a loss that is no scalar tensor is refused at its step, which does not count: %s',
  async (_, make, message) => {
    const store = memoryStore();
    const { hook, events } = loop({ strategy: { log: '1 step', save: '1 step' }, store });
    await hook.begin();
    await expect(hook.step(make() as tf.Scalar)).rejects.toThrow(message);
    await hook.step(tf.scalar(1));
    await hook.step(null);
    expect(await hook.end()).toMatchObject({
      step: 2,
      failures: 0,
      checkpoints: ['checkpoint-1', 'checkpoint-2'],
    });
    expect(events.filter(({ type }) => type === 'log')).toHaveLength(2);
  },
);

test('end() gives the store back, also where a loss cannot be disposed of', async () => {
  const store = memoryStore();
  const { hook } = loop({ strategy: { save: '1h', final: { save: false, log: false } }, store });
  await hook.begin();
  const loss = tf.scalar(1);
  await hook.step(loss);
  loss.dispose = () => {
    throw new Error('the device is gone');
  };
  await expect(hook.end()).rejects.toThrow('the device is gone');
  await (await store.lock('another'))();
});

test('close() gives the store back where a loop has thrown, and saves nothing', async () => {
  const store = memoryStore();
  const { hook, run } = loop({ strategy: { save: '2 steps' }, store });
  await hook.close();
  await hook.begin();
  await run(3);
  await hook.close();
  await (await store.lock('another'))();
  expect(await store.list()).toEqual(['checkpoint-2']);
  expect(hook.state).toMatchObject({ status: 'running', checkpoints: ['checkpoint-2'] });
  await expect(hook.step()).rejects.toThrow('stepHook: expected nothing after close()');
  await hook.close();
});

test('close() while begin() is under way gives the store back, and nothing goes on', async () => {
  const store = memoryStore();
  const { hook } = loop({ strategy: { save: '2 steps' }, store });
  const beginning = hook.begin();
  const second = hook.begin().catch(messageOf);
  await hook.close();
  expect(await second).toContain('expected one begin()');
  await (await store.lock('another'))();
  expect(await beginning).toEqual({ epochs: 0, stepInEpoch: 0 });
  await expect(hook.step()).rejects.toThrow('stepHook: expected nothing after close()');
});

test('close() while a begin() is under way that fails, which may be tried again', async () => {
  const store = memoryStore();
  const { hook, run } = loop({ strategy: { save: '2 steps', maxSteps: 2 }, store });
  const release = await store.lock('another');
  const beginning = hook.begin();
  await hook.close();
  await expect(beginning).rejects.toThrow('another');
  await release();
  await hook.begin();
  await run();
  expect(await hook.end()).toMatchObject({ reason: 'steps', step: 2 });
});

test.each([
  ['string', () => tf.tensor1d(['a'])],
  ['complex64', () => tf.complex([1], [2])],
])('a variable of %s is refused by its name and type before anything has started', async (dtype, make) => {
  const variables = [tf.variable(tf.scalar(0)), tf.variable(make(), false, `odd-${dtype}`)];
  const events: RunEvent[] = [];
  const hook = stepHook({
    ...{ variables, store: memoryStore(), strategy: { save: '1s' } },
    onEvent: (event) => events.push(event),
  });
  await expect(hook.begin()).rejects.toThrow(
    `memory: 'odd-${dtype}': expected a weight of float32, int32, bool, which are what a checkpoint can hold, got '${dtype}'.`,
  );
  expect(events).toEqual([]);
});

/** Counts, say, what nobody knows of. */
class Counting extends tf.SGDOptimizer {
  static override readonly className = 'Counting';
}

test.each<[name: string, optimizer: unknown]>([
  ['Counting', new Counting(0.1)],
  ['Array', [tf.train.adam(0.1), tf.train.sgd(0.1)]],
])(
  'an optimizer that no checkpoint can hold is refused before anything has started: %s',
  async (name, optimizer) => {
    const store = memoryStore();
    const { hook, events } = loop({
      ...{ strategy: { save: '1s' }, store, optimizer: optimizer as tf.Optimizer },
    });
    await expect(hook.begin()).rejects.toThrow(
      `memory: optimizer: expected one of SGD, Momentum, Adagrad, Adadelta, RMSProp, Adam, Adamax, whose state a checkpoint can hold, got '${name}'.`,
    );
    expect(events).toEqual([]);
    await (await store.lock('another'))();
  },
);

test('the state of an optimizer is not lost for want of one: without it no run goes on', async () => {
  const store = memoryStore();
  const strategy = { save: '2 steps', maxSteps: 4 } as const;
  const first = loop({ strategy, store });
  await first.hook.begin();
  await first.run();
  await first.hook.end();
  const { optimizer: _, ...without } = { ...first.options, resume: true };
  await expect(stepHook(without).begin()).rejects.toThrow(
    "memory/checkpoint-4/optimizer.safetensors: expected an optimizer for the state in it, got 'none'. Resume with",
  );
  await (await store.lock('another'))();
});

test('a begin() that fails gives the store back, and may be tried again', async () => {
  const store = memoryStore();
  let broken = true;
  const { hook, run } = loop({
    ...{ strategy: { save: '2 steps', maxSteps: 4 }, store },
    onEvent: () => {
      if (broken) throw new Error('no view');
    },
  });
  await expect(hook.begin()).rejects.toThrow('no view');
  await expect(hook.step()).rejects.toThrow('expected begin() before anything else');
  await (await store.lock('another'))();
  broken = false;
  await hook.begin();
  await run();
  expect(await hook.end()).toMatchObject({ reason: 'steps', step: 4 });
});

test('weights of int32 and bool are kept, and come back', async () => {
  const store = memoryStore();
  const make = () => [
    tf.variable(tf.tensor1d([1, -2], 'int32'), false),
    tf.variable(tf.tensor1d([1, 0], 'bool'), false),
  ];
  const variables = make();
  const first = stepHook({ variables, store, strategy: { save: '1 step' } });
  await first.begin();
  await first.step();
  await first.end();
  const others = make();
  for (const other of others) other.assign(tf.zerosLike(other));
  await stepHook({ variables: others, store, resume: true, strategy: {} }).begin();
  expect(others.map((other) => [...other.dataSync()])).toEqual([
    [1, -2],
    [1, 0],
  ]);
});
