import type { Demo } from '../demo.ts';

export const digits: Demo = {
  id: 'digits',
  title: 'Handwritten digits',
  summary: 'A network of 784-64-10 units learns to read real handwritten digits from MNIST.',
  description:
    'A network of 784-64-10 units learns to read handwritten digits: a balanced part of MNIST (LeCun and Cortes, CC BY-SA 3.0), 4,000 digits to learn from and 1,000 to be tested on. In the recorded run it soon knows those 4,000 by heart: their loss falls to nothing, while the loss on the others rises.',
  strategy: { log: '500ms', evaluate: '3s', save: '10s', maxTime: '1m', keep: { latest: 3 } },
  backends: ['wasm', 'cpu', 'webgl'],
  batchSize: 64,
  seed: 42,
  dataKilobytes: 811,
  frame: 'tiles',
  frameLabel: 'Test digits with what the network says they are.',
};
