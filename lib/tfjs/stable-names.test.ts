import '@tensorflow/tfjs';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { stableNames } from './stable-names.ts';
import { trainedModel } from './trained.ts';

beforeAll(() => {
  enableProdMode();
  return setBackend('cpu');
});

test.each<[names: string[], stable: string[]]>([
  [[], []],
  [
    ['dense_Dense7/kernel', 'dense_Dense7/bias', 'dense_Dense9/kernel'],
    ['dense_Dense1/kernel', 'dense_Dense1/bias', 'dense_Dense2/kernel'],
  ],
  [
    ['conv2d_Conv2D3/kernel', 'batch_normalization_BatchNormalization12/gamma'],
    ['conv2d_Conv2D1/kernel', 'batch_normalization_BatchNormalization1/gamma'],
  ],
  [
    [
      'bidirectional_Bidirectional4/forward_gru_GRU9/kernel',
      'bidirectional_Bidirectional4/backward_gru_GRU9/kernel',
    ],
    [
      'bidirectional_Bidirectional1/forward_gru_GRU1/kernel',
      'bidirectional_Bidirectional1/backward_gru_GRU1/kernel',
    ],
  ],
  [
    ['head/kernel', 'block_A7/kernel', 'layer12/bias', 'x_1'],
    ['head/kernel', 'block_A7/kernel', 'layer12/bias', 'x_1'],
  ],
  [
    ['17', '19', 'scale'],
    ['0', '1', 'scale'],
  ],
  [
    ['same', 'same', 'same_2', 'same'],
    ['same', 'same_2', 'same_2_2', 'same_3'],
  ],
])('%j', (names, stable) => {
  expect(stableNames(names)).toEqual(stable);
});

test('two models of the same make have the same names, whatever was made before', () => {
  const { layers } = tfl;
  const make = () =>
    tfl.sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1] }),
        layers.batchNormalization(),
        layers.reshape({ targetShape: [36, 2] }),
        layers.bidirectional({ layer: layers.gru({ units: 2 }) as never }),
        layers.dense({ units: 3 }),
        layers.dense({ units: 1, name: 'head' }),
      ],
    });
  const names = () => trainedModel(make()).weights.map(({ name }) => name);
  const [first, second] = [names(), names()];
  expect(second).toEqual(first);
  expect(new Set(first).size).toBe(first.length);
  expect(first).toContain('head/kernel');
});
