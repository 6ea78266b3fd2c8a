import { expect, test } from 'vitest';
import { IDLE_RUN } from '../core/run-state.ts';
import { paceText } from './pace-text.ts';

const run = (step: number, active: number, evaluating = 0) => ({
  ...IDLE_RUN,
  ...{ step, active, evaluate: { ...IDLE_RUN.evaluate, took: evaluating } },
});

test.each([
  ['a run that has not begun', run(0, 0), 10, '0 steps in 0.0 s'],
  ['one that keeps its pace', run(1187, 12), 10, '1,187 steps in 12.0 s, 10 ms a step'],
  ['one whose device cannot', run(325, 12), 10, '325 steps in 12.0 s: this device takes 37 ms a step'],
  ['its first steps, which are slow everywhere', run(5, 0.5), 10, '5 steps in 0.5 s, 100 ms a step'],
  ['however few it makes', run(13, 12.6), 10, '13 steps in 12.6 s: this device takes 969 ms a step'],
  ['one that is not held back', run(325, 12), 0, '325 steps in 12.0 s, 37 ms a step'],
  ['a fast one', run(4000, 10), 0, '4,000 steps in 10.0 s, 2.5 ms a step'],
  ['what is not training does not count', run(1000, 12, 2), 10, '1,000 steps in 12.0 s, 10 ms a step'],
])('%s', (_, state, least, told) => {
  expect(paceText(state, least)).toBe(told);
});
