import type { Comparison } from '../comparison.ts';

/** Chosen so that on the fast machine both strategies do nearly the same: 10 ms a step, 100 steps a second. */
export const spiralsComparison: Comparison = {
  machines: [
    { id: 'fast', title: 'A fast machine, 10 ms a step', minimumStepTime: 10 },
    { id: 'slow', title: 'A slow machine, 40 ms a step', minimumStepTime: 40 },
  ],
  strategies: [
    {
      id: 'steps',
      title: 'By steps',
      strategy: { log: '50 steps', evaluate: '200 steps', save: '400 steps', maxTime: '12s' },
    },
    {
      id: 'time',
      title: 'By time',
      strategy: { log: '500ms', evaluate: '2s', save: '4s', maxTime: '12s' },
    },
  ],
};
