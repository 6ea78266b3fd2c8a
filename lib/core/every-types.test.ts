import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';
import { type Every, type EveryText, parseEvery } from './every.ts';
import { type PatienceOptions, parsePatience } from './patience.ts';
import { parseStrategy, type StrategyOptions } from './strategy.ts';

/*
 * What a compiler accepts and refuses. `npm run types` checks it: an expected error that does not come is one itself.
 */

const accepted: readonly EveryText[] = [
  ...(['250ms', '30s', '1.5m', '1h20m', '1h20m40s', '2d', '1d12h'] as const),
  ...(['1d30s', '1m30s500ms', '1h500ms', '2d30s', '1d1h1m1s1ms', '1d5ms', '1h05m', '1.5h2.5m'] as const),
  ...(['0.05 epochs', '10.025s', '1 step', '0s5ms'] as const),
  ...(['1 step', '100 steps', '1 epoch', '0.5 epochs', '10%', '2.5% overhead'] as const),
  ...(['5m or 1 epoch', '30s and 100 steps', '5% overhead or 1h20m', '10% or 250ms'] as const),
  ...(['1h500ms or 1 step', '1d30s and 1 step', '1m500ms or 2 epochs', '1 step or 2d1h1m1s1ms'] as const),
  ...(['0.5 epochs or 1.5h2.5m', '10.05% and 1.25 steps', '1h05m or 1d12h', '5% overhead or 10%'] as const),
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
  // @ts-expect-error a space before the unit
  '30 s',
  // @ts-expect-error a space before the sign
  '10 %',
  // @ts-expect-error a space before the word
  '5  steps',
  // @ts-expect-error a space before it
  ' 5m',
  // @ts-expect-error a space after it
  '5m ',
  // @ts-expect-error a space between its parts
  '1h 20m',
  // @ts-expect-error below zero
  '-5m',
  // @ts-expect-error a sign
  '+5s',
  // @ts-expect-error a sign amid it
  '1h-20m',
  // @ts-expect-error an exponent
  '1e3s',
  // @ts-expect-error an exponent in large
  '1E3 steps',
  // @ts-expect-error of another base
  '0x10s',
  // @ts-expect-error of another base, in large
  '0X10%',
  // @ts-expect-error no digit before the point
  '.5 epochs',
  // @ts-expect-error two points
  '1.5.5s',
  // @ts-expect-error two points, before a word
  '1.5.5 steps',
  // @ts-expect-error two points amid it
  '1.5.5h20m',
  // @ts-expect-error of two joined, two points
  '5m or 1.5.5 epochs',
  // @ts-expect-error of two joined, the smaller unit first
  '5m or 5s1h',
  // @ts-expect-error of two joined, a unit twice
  '5m5m and 1 step',
  // @ts-expect-error of two joined, a misspelt unit after another
  '1h20min or 1 epoch',
  // @ts-expect-error of two joined, a sign
  '-5m or 1 epoch',
  // @ts-expect-error of two joined, an exponent
  '5m or 1e3 steps',
];

/** Only the parser sees these. */
const seenByTheParser: readonly EveryText[] = [
  ...(['0s', '101%', '100% overhead', '1.5 s', '1h20 m', '5 m or 1 epoch', '5m or 5 m'] as const),
  ...([' m', '  epoch', ' % overhead', '1.h20m', ' m or 1 epoch'] as const),
  ...(['1h 20m or 1 epoch', '1 step or 1dd5h2m', '5min or auto', '5m or 1 epoch or 5 m'] as const),
];

/** A compiler that compares all kinds of text with each other gives up beyond a thousand: this would not compile. */
const textOf = (every: Every): string => (typeof every === 'string' ? every : every.every);

/** Numbers that only running shows. */
const shown = (n: number): readonly EveryText[] => [
  ...[`${n}s` as const, `${n} steps` as const, `${n}%` as const, `${n}% overhead` as const],
  ...[`${n}h${n}m` as const, `1h${n}m` as const, `${n}m or 1 epoch` as const],
  ...[`1h or ${n} steps` as const, `${n}d${n}h and ${n}% overhead` as const],
];

test('what a compiler accepts, the parser does', () => {
  for (const text of accepted) expect(parseEvery(text).text).toBe(text);
  expect(textOf({ every: '5m' })).toBe(textOf('5m'));
  expect(parseEvery({ every: 'auto' satisfies EveryText, meanTimeBetweenFailures: '1d' }).text).toBe('auto');
});

test('what a compiler refuses, the parser does', () => {
  for (const text of refused) expect(() => parseEvery(text), text).toThrow(/^every: expected an interval/);
});

test('what only the parser sees', () => {
  for (const text of seenByTheParser)
    expect(() => parseEvery(text), text).toThrow(/^every: expected an interval/);
});

test('numbers that only running shows', () => {
  for (const text of shown(3)) expect(parseEvery(text).text).toBe(text);
  const text: string = '5m';
  // @ts-expect-error a text of which nothing is known
  const every: EveryText = text;
  expect(parseEvery(every).text).toBe('5m');
});

test('what takes no time, or is no save, is not measured', () => {
  const strategies: readonly StrategyOptions[] = [
    // @ts-expect-error saves only
    { log: 'auto' },
    // @ts-expect-error saves only
    { evaluate: 'auto' },
    // @ts-expect-error saves only
    { evaluate: { every: '1h or auto' } },
    // @ts-expect-error a log takes no time
    { log: '5% overhead' },
    // @ts-expect-error a log takes no time
    { log: '5m and 5% overhead' },
  ];
  for (const strategy of strategies) expect(() => parseStrategy(strategy)).toThrow(/expected a duration/);
  expect(parseStrategy({ evaluate: '5% overhead', log: '10% or 5s' } satisfies StrategyOptions).maxTime).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test('a limit is a duration', () => {
  const limits: readonly StrategyOptions['maxTime'][] = [
    // @ts-expect-error a space before it
    ' 2h',
    // @ts-expect-error a space between its parts
    '1h 20m',
    // @ts-expect-error below zero
    '-2h',
  ];
  for (const text of limits) expect(() => parseDuration(text)).toThrow(/expected a positive duration/);
});

test('patience is a number of whole evaluations, a duration, steps or epochs', () => {
  const n: number = 3;
  const held: readonly PatienceOptions[] = [
    ...([3, '1 evaluation', '30 evaluations', '20m', '1h30s', '500 steps', '1.5 epochs'] as const),
    ...[`${n} evaluations` as const, `${n} steps` as const, `${n}m` as const],
  ];
  for (const patience of held) expect(parsePatience(patience, 'patience').length).toBeGreaterThan(0);
  const refused: readonly PatienceOptions[] = [
    // @ts-expect-error below zero
    '-3 steps',
    // @ts-expect-error a part of one
    '3.5 evaluations',
    // @ts-expect-error below zero
    '-3 evaluations',
    // @ts-expect-error an exponent
    '1e3 steps',
    // @ts-expect-error two points
    '1.5.5 epochs',
    // @ts-expect-error a space too many
    '3  steps',
    // @ts-expect-error a misspelt unit
    '5 evals',
  ];
  for (const patience of refused) expect(() => parsePatience(patience, 'patience')).toThrow(/^patience: /);
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
