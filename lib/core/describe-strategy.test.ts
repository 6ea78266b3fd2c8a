import { expect, test } from 'vitest';
import { describeStrategy } from './describe-strategy.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';

const describeOptions = (options: StrategyOptions) => describeStrategy(parseStrategy(options));

test('what is not limited, kept or tracked is not told', () => {
  expect(describeOptions({})).toEqual({ intervals: {} });
  expect(Object.keys(describeOptions({ log: '1s' }))).toEqual(['intervals']);
  expect(describeOptions({ log: '1s', save: { every: '5m or 1 epoch', anchor: 'grid' } }).intervals).toEqual({
    log: '1s',
    save: '5m or 1 epoch',
  });
});

test('limits are told, times in seconds', () => {
  expect(
    describeOptions({ maxSteps: 100, maxEpochs: 3, maxTime: '2h', deadline: { after: '1h', reserve: '5m' } }),
  ).toEqual({ intervals: {}, maxSteps: 100, maxEpochs: 3, maxTime: 7200, deadline: 3600 });
});

test('what else may be asked for: final actions without an interval, and what the best takes', () => {
  const best = { metric: 'loss' };
  expect(describeOptions({ final: { log: true } }).needs).toEqual(['log']);
  expect(describeOptions({ log: '1s', final: { log: true } })).not.toHaveProperty('needs');
  expect(describeOptions({ save: '1s', best }).needs).toEqual(['evaluate']);
  expect(describeOptions({ save: '1s', best, final: { evaluate: false } }).needs).toEqual(['evaluate']);
  expect(describeOptions({ save: '1s', evaluate: '1s', best })).not.toHaveProperty('needs');
  expect(describeOptions({ save: '1s', evaluate: '1s', best: { ...best, load: true } }).needs).toEqual([
    'load',
  ]);
});

test('how metrics compare, and nothing else of the best', () => {
  const told = describeOptions({ evaluate: '1s', best: { metric: 'f1' } }).best;
  expect(told).toEqual({ metric: 'f1', greaterIsBetter: true });
});

test.each([
  [{ latest: 3 }, { latest: 3 }],
  [{ best: 1 }, { best: 1 }],
  [{ every: '3h' }, { every: 10_800 }],
  [
    { latest: 2, best: 1, every: '1m' },
    { latest: 2, best: 1, every: 60 },
  ],
] as const)('which checkpoints are kept: %j', (keep, told) => {
  expect(describeOptions({ save: '1s', best: { metric: 'loss' }, keep }).keep).toEqual(told);
});
