import { expect, test } from 'vitest';
import { readyStrategy } from '../core/ready-strategy.ts';
import { parsePlanInput } from './plan-input.ts';

const SAVE = { save: '1m', maxSteps: 10 };

test.each<[string, unknown, string]>([
  ['no object', 3, 'plan: expected an object with the keys strategy, run, got 3.'],
  ['an unknown key', { stratgy: {} }, "Did you mean 'strategy'?"],
  ['no strategy', { run: { steps: 3 } }, 'strategy: expected an object'],
  ['an unknown key of the strategy', { strategy: { evalute: '1m' } }, "Did you mean 'evaluate'?"],
  ['an unknown key of the run', { strategy: SAVE, run: { stepSecond: 1 } }, "Did you mean 'stepSeconds'?"],
  ['a list for a run', { strategy: SAVE, run: [] }, 'run: expected an object'],
  [
    'NaN',
    { strategy: SAVE, run: { stepSeconds: Number.NaN } },
    'run.stepSeconds: expected a number of seconds',
  ],
  ['a negative time', { strategy: SAVE, run: { saveSeconds: -1 } }, 'run.saveSeconds: expected a number'],
  [
    'an infinite time',
    { strategy: SAVE, run: { evaluateSeconds: Number.POSITIVE_INFINITY } },
    'got Infinity',
  ],
  [
    'an overflowing time',
    { strategy: SAVE, run: { stepSeconds: 1e300 } },
    'from 0 to 9007199254740, got 1e+300',
  ],
  ['a text', { strategy: SAVE, run: { stepSeconds: '1s' } }, "got '1s'"],
  ['one of a list', { strategy: SAVE, run: { stepSeconds: [1, null] } }, 'run.stepSeconds[1]: expected'],
  ['an empty list', { strategy: SAVE, run: { stepSeconds: [] } }, 'a list of at least one'],
  ['part of a step', { strategy: SAVE, run: { steps: 1.5 } }, 'run.steps: expected a whole number'],
  [
    'no step',
    { strategy: SAVE, run: { steps: 0 } },
    'run.steps: expected a whole number of at least 1, got 0.',
  ],
  [
    'an empty epoch',
    { strategy: SAVE, run: { stepsPerEpoch: 0 } },
    'run.stepsPerEpoch: expected a whole number',
  ],
  [
    'metrics that are no list',
    { strategy: SAVE, run: { metrics: { loss: 1 } } },
    'run.metrics: expected a list',
  ],
  [
    'metrics that are no numbers',
    { strategy: SAVE, run: { metrics: [{ loss: 'a' }] } },
    'run.metrics[0].loss',
  ],
  [
    'metrics without the tracked one',
    { strategy: { ...SAVE, best: { metric: 'loss' } }, run: { metrics: [1, { accuracy: 1 }] } },
    "run.metrics[1]: expected a number for 'loss', which strategy.best tracks",
  ],
  [
    'a run without an end',
    { strategy: { save: '1m' }, run: { stepSeconds: 1 } },
    'run.steps: expected a number of steps, because nothing in the strategy ends the run, got undefined.',
  ],
  [
    'epochs of unknown length',
    { strategy: { save: '5m or 1 epoch', maxSteps: 10 } },
    "run.stepsPerEpoch: expected a number of steps, because the strategy has '5m or 1 epoch'",
  ],
  [
    'a limit in epochs of unknown length',
    { strategy: { maxEpochs: 2 } },
    'because the strategy has maxEpochs: 2',
  ],
  [
    'patience in epochs of unknown length',
    { strategy: { evaluate: '1m', best: { metric: 'loss' }, patience: '2 epochs' }, run: { steps: 100 } },
    'run.stepsPerEpoch: expected a number of steps, because the strategy has a patience of 2 epochs',
  ],
])('refused: %s', (_, input, message) => {
  expect(() => parsePlanInput(input)).toThrow(message);
});

test.each([
  [
    'seconds as microseconds',
    { stepSeconds: [1.005, 1e-7, 0.3, 1e6] },
    { step: [1_005_000, 0.1, 300_000, 1e12] },
  ],
  ['what takes no time', {}, { step: [0], evaluate: [0], save: [0] }],
  ['no end but the strategy’s', {}, { steps: Number.POSITIVE_INFINITY }],
])('reads %s', (_, run, expected) => {
  expect(parsePlanInput({ strategy: SAVE, run })).toMatchObject(expected);
});

test('patience is an end', () => {
  const strategy = { evaluate: '1m', best: { metric: 'loss' }, patience: 3 } as const;
  for (const either of [strategy, readyStrategy(strategy)]) {
    expect(() => parsePlanInput({ strategy: either, run: { stepSeconds: 1 } })).not.toThrow();
  }
});
