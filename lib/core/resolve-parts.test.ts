import { describe, expect, test } from 'vitest';
import { parsePercent } from './every-grammar.ts';
import { type RunSize, resolveParts } from './resolve-parts.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';

const saveOf = (options: StrategyOptions, size: RunSize = {}) =>
  resolveParts(parseStrategy({ save: '10%', ...options }), size).save?.arms.flatMap(({ terms }) => terms);
const steps = (length: number) => [{ text: '10%', kind: 'interval', axis: 'step', length }];
const time = (length: number) => [{ text: '10%', kind: 'interval', axis: 'active', length }];

test.each<[name: string, options: StrategyOptions, size: RunSize, terms: object[]]>([
  ['the steps of the strategy', { maxSteps: 500 }, {}, steps(50)],
  ['the steps of the loop', {}, { steps: 300 }, steps(30)],
  ['the fewer of both', { maxSteps: 500 }, { steps: 300 }, steps(30)],
  ['of epochs whose length is known', { maxEpochs: 4 }, { stepsPerEpoch: 25 }, steps(10)],
  ['the fewest of all', { maxEpochs: 4, maxSteps: 90 }, { stepsPerEpoch: 25, steps: 95 }, steps(9)],
  ['steps before time', { maxTime: '1h', maxSteps: 500 }, {}, steps(50)],
  ['else its time', { maxTime: '1h' }, { stepsPerEpoch: 25 }, time(360_000)],
  ['of this run', { maxTimeThisRun: '10m' }, {}, time(60_000)],
  ['until the deadline', { deadline: '5m' }, {}, time(30_000)],
  ['the shortest', { maxTime: '1h', maxTimeThisRun: '50m', deadline: '2h' }, {}, time(300_000)],
  ['epochs of unknown length are no steps', { maxEpochs: 4, maxTime: '10s' }, {}, time(1000)],
])('10%% of %s', (_, options, size, terms) => {
  expect(saveOf(options, size)).toEqual(terms);
});

test('a part of the time is measured on the base; one of the steps is not', () => {
  const save = { every: '10%', base: 'training' } as const;
  expect(saveOf({ save, maxTime: '1h' })).toEqual([{ ...time(360_000)[0], axis: 'training' }]);
  expect(saveOf({ save, maxTime: '1h' }, { steps: 300 })).toEqual(steps(30));
});

test('is refused where neither is known', () => {
  expect(() => saveOf({})).toThrowErrorMatchingInlineSnapshot(
    `[WallclockError: strategy.save: expected a run of known length for '10%', got 'neither steps nor time'. Give the strategy maxSteps or maxTime.]`,
  );
  expect(() => saveOf({ maxEpochs: 4 }, {})).toThrow(/^strategy.save: expected a run of known length/);
  expect(() => resolveParts(parseStrategy({ log: '1s or 5% and 3 steps' }), {})).toThrow(
    /^strategy.log: .*'5%'/,
  );
});

test('the other terms and the particulars stay as they are', () => {
  const strategy = parseStrategy({
    save: { every: '10% or 5m and 2 steps', anchor: 'grid', first: 'now' },
    log: '1s',
  });
  const resolved = resolveParts(strategy, { steps: 100 });
  expect(resolved.log).toEqual(strategy.intervals.log);
  expect(resolved.save).toEqual({
    ...strategy.intervals.save,
    arms: [{ text: '10%', terms: steps(10) }, strategy.intervals.save!.arms[1]],
  });
  expect(Object.keys(resolved)).toEqual(['log', 'save']);
});

describe('a percentage', () => {
  test.each([
    ['5%', 0.05],
    ['100%', 1],
    ['0.5%', 0.005],
    ['0.000001%', 1e-8],
  ])('%s', (text, share) => {
    expect(parsePercent(text, 'maxOverhead')).toBe(share);
  });

  test.each([
    ...[
      '0%',
      '0.0000001%',
      '100.1%',
      '101%',
      '5',
      '%',
      '5 %',
      '-5%',
      '5%%',
      ' 5%',
      '5% ',
      '5.%',
      '.5%',
      '1e1%',
    ],
    ...[5, null, undefined, ['5%']],
  ])('%j is none', (value) => {
    expect(() => parsePercent(value, 'maxOverhead')).toThrow(
      /^maxOverhead: expected a percentage up to '100%', like '5%', got/,
    );
  });
});
