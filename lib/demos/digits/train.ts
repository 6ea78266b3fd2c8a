import { cast, oneHot, slice, type Tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { makeOptimizer } from '../make-optimizer.ts';
import type { Prepare } from '../prepared-demo.ts';
import { type Digits, readDigitSet } from './digit-set.ts';

const CLASSES = 10;
const ALL = './digits-all.bin.gz';
/** Test digits that are shown. */
const SHOWN = 40;

/** Handwritten digits, and a network of 784-64-10 units that cannot read yet. */
export const prepare: Prepare = async ({ seed, full = false, optimizer, load }) => {
  // Only the smaller file is named where a bundler sees it: the larger one is not for browsers.
  const file = full ? new URL(ALL, import.meta.url) : new URL('./digits-browser.bin.gz', import.meta.url);
  const { size, train, test } = await readDigitSet(await load(file), full ? 'digits-all' : 'digits-browser');
  const inputs = size * size;

  const dense = (name: string, units: number, activation: 'relu' | 'softmax', nth: number) =>
    layers.dense({
      ...{ name, units, activation, ...(nth === 0 && { inputShape: [inputs] }) },
      kernelInitializer: initializers.glorotUniform({ seed: seed * 8 + nth }),
    });
  const model = sequential({
    layers: [dense('hidden', 64, 'relu', 0), dense('output', CLASSES, 'softmax', 1)],
  });
  model.compile({
    optimizer: makeOptimizer(optimizer),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });

  const tensors = ({ pixels, labels }: Digits) => ({
    xs: tensor2d(brightness(pixels), [labels.length, inputs]),
    ys: tidy(() => cast(oneHot(tensor1d(labels, 'int32'), CLASSES), 'float32')),
  });
  const data = tensors(train);
  const validation = tensors(test);
  const shown = slice(validation.xs, 0, SHOWN);

  return {
    model,
    data,
    validation,
    async frame() {
      const said = tidy(() => model.apply(shown) as Tensor);
      const chances = await said.data<'float32'>();
      said.dispose();
      const guesses = new Uint8Array(SHOWN);
      const confidence = new Uint8Array(SHOWN);
      for (let digit = 0; digit < SHOWN; digit++) {
        const row = chances.subarray(digit * CLASSES, (digit + 1) * CLASSES);
        const highest = row.reduce((best, chance, index) => (chance > row[best]! ? index : best), 0);
        guesses[digit] = highest;
        confidence[digit] = Math.round(row[highest]! * 255);
      }
      return {
        kind: 'tiles',
        size,
        indices: Uint32Array.from({ length: SHOWN }, (_, index) => index),
        pixels: test.pixels.slice(0, SHOWN * inputs),
        labels: test.labels.slice(0, SHOWN),
        guesses,
        confidence,
      };
    },
    dispose() {
      for (const tensor of [data.xs, data.ys, validation.xs, validation.ys, shown]) tensor.dispose();
      model.dispose();
    },
  };
};

/** Grey values from 0 to 1. A loop: `Float32Array.from` takes fifty times as long, which is seconds for all digits. */
function brightness(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let index = 0; index < values.length; index++) values[index] = pixels[index]! / 255;
  return values;
}
