/**
 * What examples may name without saying where it comes from, besides the exports of the package: the things that a
 * reader has already. An example that declares or imports one of these names uses its own.
 */
import * as tf from '@tensorflow/tfjs';
import type { RunEvent, StrategyOptions } from 'wallclock';
import { memoryStore } from 'wallclock/stores/memory';
import { simulate } from 'wallclock/testing';

export { tf };

/** 64 examples of y = a + b. */
export const xs: tf.Tensor2D = tf.randomUniform([64, 2], -1, 1, 'float32', 1);
export const ys: tf.Tensor2D = xs.sum(1, true);
export const data = { xs, ys };
export const validation = data;

/** A model that fits them, compiled. */
export const model: tf.Sequential = tf.sequential({
  layers: [tf.layers.dense({ units: 1, inputShape: [2] })],
});
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });

export const strategy: StrategyOptions = { log: '1s', maxTime: '10s' };
export const store = memoryStore();

/** All that a run of twenty seconds told. */
export const events: readonly RunEvent[] = (
  await simulate({ strategy: { log: '3s', evaluate: '5s', save: '8s', maxTime: '20s' } })
).events;
