import type { Prepare } from './prepared-demo.ts';

/** Loads a demo's model and data, and with them TensorFlow.js: only when it is to be trained. */
export const TRAINERS: { readonly [id: string]: () => Promise<{ prepare: Prepare }> } = {
  spirals: () => import('./spirals/train.ts'),
  digits: () => import('./digits/train.ts'),
};
