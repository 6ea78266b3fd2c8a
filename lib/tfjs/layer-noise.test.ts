import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { memoryStore } from '../checkpoints/stores/memory-store.ts';
import { checkRepeats, LayerNoise } from './layer-noise.ts';
import { train } from './train.ts';

beforeAll(() => {
  tf.enableProdMode();
  return tf.setBackend('cpu');
});

const { layers } = tfl;
const rows = 50;

/** Layers of a model that does nothing but draw, for inputs of ones. */
const NOISY: [name: string, input: number[], make: (inputShape: number[]) => tfl.layers.Layer[]][] = [
  ['dropout', [40], (inputShape) => [layers.dropout({ rate: 0.3, inputShape })]],
  ['spatialDropout1d', [3, 20], (inputShape) => [layers.spatialDropout1d({ rate: 0.3, inputShape })]],
  ['gaussianNoise', [40], (inputShape) => [layers.gaussianNoise({ stddev: 0.5, inputShape })]],
  ['gaussianDropout', [40], (inputShape) => [layers.gaussianDropout({ rate: 0.3, inputShape })]],
  ['alphaDropout', [40], (inputShape) => [layers.alphaDropout({ rate: 0.3, inputShape })]],
  [
    'simpleRNN',
    [3, 4],
    (inputShape) => [layers.simpleRNN({ ...recurrent, recurrentDropout: 0.5, inputShape })],
  ],
  ['gru', [3, 4], (inputShape) => [layers.gru({ ...recurrent, dropout: 0.5, inputShape })]],
  ['lstm', [3, 4], (inputShape) => [layers.lstm({ ...recurrent, dropout: 0.4, inputShape })]],
  [
    'convLstm2d',
    [2, 3, 3, 1],
    (inputShape) => [
      layers.convLstm2d({
        ...{ ...recurrent, recurrentInitializer: 'ones', filters: 2, kernelSize: 2 },
        ...{ dropout: 0.4, recurrentDropout: 0.4, inputShape },
      } as never),
    ],
  ],
  [
    'bidirectional',
    [3, 4],
    (inputShape) => [
      layers.bidirectional({ layer: layers.gru({ ...recurrent, dropout: 0.5 }) as never, inputShape }),
    ],
  ],
  [
    'timeDistributed',
    [3, 20],
    (inputShape) => [layers.timeDistributed({ layer: layers.dropout({ rate: 0.3 }), inputShape })],
  ],
  [
    'a model in a model',
    [40],
    (inputShape) => [tfl.sequential({ layers: [layers.dropout({ rate: 0.3, inputShape })] }) as never],
  ],
];

const recurrent = {
  units: 4,
  kernelInitializer: 'ones',
  recurrentInitializer: 'ones',
  recurrentActivation: 'linear',
  activation: 'linear',
} as const;

/** What such a model says at each of these steps. */
function outputs(make: () => tfl.layers.Layer[], input: number[], seed: number, steps: readonly number[]) {
  const model = tfl.sequential({ layers: make() });
  const noise = new LayerNoise(model, seed);
  const ones = tf.ones([rows, ...input]);
  const said = steps.map((step) => {
    noise.enter(step);
    const values = (model.apply(ones, { training: true }) as tf.Tensor).dataSync().slice();
    noise.leave();
    return values;
  });
  return { model, ones, said };
}

describe.each(NOISY)('%s', (name, input, layersOf) => {
  const make = () => layersOf(input);

  test('draws anew at each step, and the same for the same seed and step', () => {
    const { said } = outputs(make, input, 1, [0, 1, 2, 1]);
    expect(said[3]).toEqual(said[1]);
    expect(said[1]).not.toEqual(said[0]);
    expect(said[2]).not.toEqual(said[1]);
    expect(outputs(make, input, 1, [2]).said[0]).toEqual(said[2]);
    expect(outputs(make, input, 2, [2]).said[0]).not.toEqual(said[2]);
  });

  test('draws what TensorFlow.js draws, but for the seeds', () => {
    if (name === 'bidirectional') return; // Two cells, which take their draws in turn.
    const { model, ones, said } = outputs(make, input, 1, [5]);
    const seeds = seedsOf(1, 5);
    vi.spyOn(Math, 'random').mockImplementation(() => seeds.shift()!);
    expect((model.apply(ones, { training: true }) as tf.Tensor).dataSync().slice()).toEqual(said[0]);
    vi.restoreAllMocks();
  });

  test('is as it was after a step, and quiet where nothing is learnt', () => {
    const { model, ones } = outputs(make, input, 1, []);
    const before = JSON.stringify(model.getConfig());
    const noise = new LayerNoise(model, 1);
    const say = (training: boolean) => (model.apply(ones, { training }) as tf.Tensor).dataSync().slice();
    const quiet = say(false);
    noise.enter(3);
    expect(say(false)).toEqual(quiet);
    noise.leave();
    expect(say(true)).not.toEqual(say(true));
    expect(JSON.stringify(model.getConfig())).toBe(before);
  });
});

/** The seeds of the first draws of a model's first random layer, at a step. */
function seedsOf(seed: number, step: number): number[] {
  const layer = layers.dropout({ rate: 0.5, inputShape: [1] });
  const noise = new LayerNoise(tfl.sequential({ layers: [layer] }), seed);
  noise.enter(step);
  const seeds = Array.from({ length: 16 }, () => (layer as unknown as { seed: number }).seed);
  noise.leave();
  return seeds;
}

describe('dropout', () => {
  const two = () => [
    layers.dropout({ rate: 0.3, inputShape: [200] }),
    layers.dense({ units: 200, kernelInitializer: 'identity' }),
    layers.dropout({ rate: 0.3 }),
  ];

  test('drops its share, each layer and each step on its own', () => {
    const steps = Array.from({ length: 20 }, (_, step) => step);
    const { said } = outputs(two, [200], 7, steps);
    const share = (values: readonly number[]) => values.filter((value) => value === 0).length / values.length;
    // Dropped by either layer: 1 - 0.7 * 0.7.
    expect(share(said.flatMap((values) => [...values]))).toBeCloseTo(0.51, 2);
    const both = said
      .slice(1)
      .flatMap((values, step) => [...values].map((value, at) => value + said[step]![at]!));
    expect(share(both)).toBeCloseTo(0.51 * 0.51, 2);
  });

  test('with a seed of its own draws as TensorFlow.js has it: the same at every step', () => {
    const make = () => [layers.dropout({ rate: 0.3, seed: 5, inputShape: [40] })];
    const { said } = outputs(make, [40], 1, [0, 1]);
    expect(said[1]).toEqual(said[0]);
  });

  test('of no rate draws nothing', () => {
    const { said } = outputs(() => [layers.dropout({ rate: 0, inputShape: [4] })], [4], 1, [0]);
    expect(new Set(said[0])).toEqual(new Set([1]));
  });
});

describe('what no checkpoint holds is refused where the run saves or resumes', () => {
  const input = { inputShape: [3, 4] };
  const REFUSED: [got: string, layer: () => tfl.layers.Layer][] = [
    [
      "'a stateful LSTM, whose state is none of the weights'. Make it with stateful: false, or save nothing.",
      () => layers.lstm({ units: 2, stateful: true, batchInputShape: [2, 3, 4], name: 'it' }),
    ],
    [
      "'an RNN of cells with dropout, which keeps what it has drawn'. Use tf.layers.simpleRNN, gru or lstm",
      () => layers.rnn({ cell: layers.gruCell({ units: 2, dropout: 0.5 }), ...input, name: 'it' }) as never,
    ],
    [
      "'an RNN of cells with dropout, which keeps what it has drawn'.",
      () =>
        layers.rnn({
          ...{ cell: [layers.gruCell({ units: 2, recurrentDropout: 0.5 })], ...input, name: 'it' },
        }) as never,
    ],
  ];

  test.each(REFUSED)('%s', (got, layer) => {
    const model = tfl.sequential({ layers: [layer()] });
    const expected = 'expected a layer that can go on from a checkpoint as if nothing had happened, got';
    expect(() => checkRepeats(model, 'train()')).toThrow(`train(): model, layer 'it': ${expected} ${got}`);
  });

  test('by train(), before anything has started, and not where it does neither', async () => {
    const model = tfl.sequential({
      layers: [layers.lstm({ units: 1, stateful: true, batchInputShape: [2, 3, 4], name: 'memory' })],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const options = { data: { xs: tf.ones([2, 3, 4]), ys: tf.ones([2, 1]) }, store: memoryStore() };
    const saving = train(model, { ...options, strategy: { save: '1s', maxSteps: 1 } });
    await expect(saving).rejects.toThrow("train(): model, layer 'memory': expected a layer that can go on");
    const resuming = train(model, { ...options, resume: true, strategy: { maxSteps: 1 } });
    await expect(resuming).rejects.toThrow("train(): model, layer 'memory': expected a layer that can go on");
    expect(await train(model, { ...options, strategy: { maxSteps: 1 } })).toMatchObject({ step: 1 });
  });

  test('and nothing else is', () => {
    for (const [, input, make] of NOISY) {
      expect(() => checkRepeats(tfl.sequential({ layers: make(input) }), 'train()')).not.toThrow();
    }
  });
});
