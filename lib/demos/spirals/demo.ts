import type { Demo } from '../demo.ts';
import { spiralsComparison } from './comparison.ts';

export const spirals: Demo = {
  id: 'spirals',
  title: 'Two spirals',
  summary: 'A small network learns to tell two spirals apart, and paints what it believes as it learns.',
  description:
    'A network of 2-16-16-1 units learns which of two noisy spirals a point belongs to. The data is made on the spot.',
  strategy: { log: '250ms', evaluate: '2s', save: '5s', maxTime: '30s', keep: { latest: 3 } },
  backends: ['cpu', 'wasm', 'webgl'],
  batchSize: 64,
  seed: 42,
  dataKilobytes: 0,
  frame: 'field',
  frameLabel:
    'The plane with the points of two spirals, coloured by the class that the network expects at each place.',
  comparison: spiralsComparison,
};
