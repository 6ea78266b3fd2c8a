import { expect, test } from 'vitest';
import { type EveryText, parseEvery } from './every.ts';
import type { StrategyOptions } from './strategy.ts';

/*
 * What a compiler accepts and refuses. `npm run types` checks it: an expected error that does not come is one itself.
 */

const accepted: readonly EveryText[] = [
  ...(['250ms', '30s', '1.5m', '1h20m', '1h20m40s', '2d', '1d12h'] as const),
  ...(['1 step', '100 steps', '1 epoch', '0.5 epochs', '10%', '2.5% overhead'] as const),
  ...(['5m or 1 epoch', '30s and 100 steps', '5% overhead or 1h20m', '10% or 250ms'] as const),
  ...(['5m or 1 epoch or 10%', '1h or 30s and 100 steps', '5m and 1 epoch and 10 steps'] as const),
];

/** A compiler refuses each of these, and so does the parser. */
const refused: readonly EveryText[] = [
  // @ts-expect-error a unit in full
  '5 minutes',
  // @ts-expect-error a misspelt unit
  '5min',
  // @ts-expect-error no unit
  '30',
  // @ts-expect-error the smaller unit first
  '5s1h',
  // @ts-expect-error a unit twice
  '5m5m',
  // @ts-expect-error no space
  '100steps',
  // @ts-expect-error a misspelt count
  '100 stps',
  // @ts-expect-error a misspelt share
  '5% overheat',
  // @ts-expect-error a word of its own
  'automatic',
  // @ts-expect-error a large letter
  '5M',
  // @ts-expect-error an empty text
  '',
  // @ts-expect-error of two joined, the first is misspelt
  '5min or 1 epoch',
  // @ts-expect-error of two joined, the second is misspelt
  '5m or 1 epohc',
  // @ts-expect-error of two joined, the second is misspelt
  '30s and 100 setps',
  // @ts-expect-error a misspelt word between them
  '5m ore 1 epoch',
  // @ts-expect-error one of two
  '5m or',
  // @ts-expect-error a comma
  '5m, 1 epoch',
];

test('what a compiler accepts, the parser does', () => {
  for (const text of accepted) expect(parseEvery(text).text).toBe(text);
  expect(parseEvery({ every: 'auto' satisfies EveryText, meanTimeBetweenFailures: '1d' }).text).toBe('auto');
});

test('what a compiler refuses, the parser does', () => {
  for (const text of refused) expect(() => parseEvery(text), text).toThrow(/^every: expected an interval/);
});

test('options of a strategy are checked as well', () => {
  const strategies: readonly StrategyOptions[] = [
    // @ts-expect-error a misspelt option
    { evalute: '5m' },
    // @ts-expect-error a misspelt interval
    { save: '5 minutes' },
    // @ts-expect-error a misspelt anchor
    { save: { every: '5m', anchor: 'gird' } },
    // @ts-expect-error steps are no duration
    { maxTime: '100 steps' },
    // @ts-expect-error a misspelt unit
    { patience: '5 evals' },
    { save: { every: 'auto', meanTimeBetweenFailures: '1d', maxOverhead: '5%' }, deadline: '8h' },
    { evaluate: '1 epoch', best: { metric: 'loss' }, patience: '3 evaluations' },
  ];
  expect(strategies.length).toBe(7);
});
