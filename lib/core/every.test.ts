import { describe, expect, test } from 'vitest';
import { parseEvery } from './every.ts';

const messageOf = (value: unknown): string => {
  try {
    parseEvery(value, 'strategy.save');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

test.each([
  ['250ms', 'active', 250],
  ['30s', 'active', 30_000],
  ['1h20m', 'active', 4_800_000],
  ['1 step', 'step', 1],
  ['100 steps', 'step', 100],
  ['1 steps', 'step', 1],
  ['2.0 steps', 'step', 2],
  ['1 epoch', 'epoch', 1],
  ['0.25 epoch', 'epoch', 0.25],
  ['1.5 epochs', 'epoch', 1.5],
  ['2.5 steps', 'step', 2.5],
])('%s', (text, axis, length) => {
  const terms = [{ text, kind: 'interval', axis, length }];
  expect(parseEvery(text)).toEqual({ text, arms: [{ text, terms }], anchor: 'spaced', first: 'later' });
});

test('the particulars are kept', () => {
  expect(parseEvery({ every: '5m', anchor: 'grid', base: 'training', first: 'now' })).toMatchObject({
    text: '5m',
    arms: [{ terms: [{ axis: 'training', length: 300_000 }] }],
    anchor: 'grid',
    first: 'now',
  });
  expect(parseEvery({ every: '2 epochs', anchor: 'grid' })).toMatchObject({
    text: '2 epochs',
    anchor: 'grid',
  });
  expect(parseEvery({ every: '10s', base: undefined })).toEqual(parseEvery('10s'));
});

test('a misspelt unit is refused with what was most likely meant', () => {
  expect(messageOf('5 minuets')).toMatchInlineSnapshot(
    `"strategy.save: expected an interval, got '5 minuets'. Did you mean '5m'? It goes wrong at character 3. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'."`,
  );
});

test.each([
  ['5 minutes', '5m'],
  ['5minutes', '5m'],
  [' 5 Minutes ', '5m'],
  ['30 secs', '30s'],
  ['250 milisecond', '250ms'],
  ['1 huor', '1h'],
  ['1 hours', '1h'],
  ['2 dyas', '2d'],
  ['2 day', '2d'],
  ['100steps', '100 steps'],
  ['100 stpes', '100 steps'],
  ['100 stps', '100 steps'],
  ['1  epoch', '1 epochs'],
  ['1 epohc', '1 epochs'],
  ['0.5 epochss', '0.5 epochs'],
])('%j: did you mean %j?', (text, meant) => {
  if (meant === undefined) expect(messageOf(text)).not.toMatch('Did you mean');
  else {
    expect(messageOf(text)).toContain(`Did you mean '${meant}'? It goes wrong`);
    expect(messageOf(text)).toMatch(/It goes wrong at character \d+\. Write it like '30s'/);
  }
});

test.each([
  '0s',
  '0 steps',
  '0 epochs',
  '-1 step',
  'Infinity s',
  'Infinitys',
  'NaN s',
  `${'9'.repeat(400)} epochs`,
  '0.0000001 seconds',
  `${'9'.repeat(400)} minuets`,
  ' 5m',
  '5m ',
  '5M',
  '1m1h',
  '1 step\n',
  '5m or ',
  '5m  or 1 epoch',
  '5m OR 1 epoch',
  'or',
  '5m and',
  '100% overhead',
  '0%',
  '101%',
  '5 %',
  'Auto',
  'minutes',
  '',
])('%j is refused, and no correction is offered that would be refused too', (text) => {
  const message = messageOf(text);
  expect(message).toMatch(/^strategy.save: expected an interval, got '/);
  const corrected = /Did you mean '(.*?)'/.exec(message)?.[1];
  if (corrected !== undefined) expect(messageOf(corrected)).toBe('accepted');
});

test('what is no interval at all is refused', () => {
  expect(
    [{}, { every: 5 }, { every: ['5m'] }, 30, null, true, [], () => '5m'].map(messageOf),
  ).toMatchInlineSnapshot(`
    [
      "strategy.save: expected an interval, got undefined. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.save: expected an interval, got 5. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.save: expected an interval, got ["5m"]. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.save: expected an interval, got 30. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.save: expected an interval, got null. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.save: expected an interval, got true. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
      "strategy.save: expected an object with the keys every, anchor, base, first, meanTimeBetweenFailures, maxOverhead, got [].",
      "strategy.save: expected an interval, got a function. Write it like '30s', '5m', '1h20m', '100 steps' or '1 epoch'.",
    ]
  `);
});

test('misspelt particulars are refused, each by its name', () => {
  const refused = [
    { evry: '5m' },
    { every: '5m', ancor: 'grid' },
    { every: '5m', anchor: 'Grid' },
    { every: '5m', base: 'wall' },
    { every: '5m', first: true },
    { every: '5m', anchor: null },
    { every: '100 steps', base: 'training' },
    { every: '1 epoch', base: 'elapsed' },
  ];
  expect(refused.map(messageOf)).toMatchInlineSnapshot(`
    [
      "strategy.save: expected only the keys every, anchor, base, first, meanTimeBetweenFailures, maxOverhead, got 'evry'. Did you mean 'every'?",
      "strategy.save: expected only the keys every, anchor, base, first, meanTimeBetweenFailures, maxOverhead, got 'ancor'. Did you mean 'anchor'?",
      "strategy.save.anchor: expected 'spaced' or 'grid', got 'Grid'.",
      "strategy.save.base: expected 'active' or 'training' or 'elapsed', got 'wall'.",
      "strategy.save.first: expected 'later' or 'now', got true.",
      "strategy.save.anchor: expected 'spaced' or 'grid', got null.",
      "strategy.save.base: expected 'active' without a duration, got 'training'. Remove it.",
      "strategy.save.base: expected 'active' without a duration, got 'elapsed'. Remove it.",
    ]
  `);
});

describe('what does not go together is refused, and what does is not', () => {
  test.each([
    [
      { every: '5 steps', base: 'training' },
      "strategy.save.base: expected 'active' without a duration, got 'training'. Remove it.",
    ],
    [{ every: '5 steps or 5s', base: 'training' }, 'accepted'],
    [{ every: '10%', base: 'training' }, 'accepted'],
    [{ every: '5 steps', base: 'active' }, 'accepted'],
    [{ every: '5% overhead', base: 'active' }, 'accepted'],
    [
      { every: '5% overhead', base: 'elapsed' },
      expect.stringContaining("strategy.save.base: expected 'active' without a duration"),
    ],
    [
      { every: '5% overhead', anchor: 'grid' },
      "strategy.save.anchor: expected 'spaced' for what is measured on the way, got 'grid'. Remove it.",
    ],
    [
      { every: '1h or 5% overhead', anchor: 'grid' },
      expect.stringContaining("strategy.save.anchor: expected 'spaced'"),
    ],
    [
      { every: 'auto', meanTimeBetweenFailures: '1d', anchor: 'grid' },
      expect.stringContaining("strategy.save.anchor: expected 'spaced'"),
    ],
    [{ every: '1h', anchor: 'grid' }, 'accepted'],
    [
      { every: 'auto' },
      "strategy.save.meanTimeBetweenFailures: expected a duration for 'auto', got undefined. Write it like { every: 'auto', meanTimeBetweenFailures: '1d' }.",
    ],
    [{ every: 'auto or 1h', meanTimeBetweenFailures: '1d', maxOverhead: '2%' }, 'accepted'],
    [
      { every: '1h', meanTimeBetweenFailures: '1d' },
      "strategy.save.meanTimeBetweenFailures: expected nothing without 'auto', got 86400000. Remove it.",
    ],
    [
      { every: '1h', maxOverhead: '2%' },
      "strategy.save.maxOverhead: expected nothing without 'auto', got 0.02. Remove it.",
    ],
  ])('%j', (value, message) => {
    expect(messageOf(value)).toEqual(message);
  });
});
