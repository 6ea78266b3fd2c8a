import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const KNOWN = ['log', 'evaluate', 'save', 'maxTime', 'maxSteps', 'maxEpochs'];

test.each([
  ['evalute', 'evaluate'],
  ['Evaluate', 'evaluate'],
  ['evaluation', 'evaluate'],
  ['logs', 'log'],
  ['lgo', 'log'],
  ['saev', 'save'],
  ['asve', 'save'],
  ['evalutae', 'evaluate'],
  ['gol', undefined],
  ['vsea', undefined],
  ['maxtime', 'maxTime'],
  ['maxStep', 'maxSteps'],
  ['max-time', 'maxTime'],
  ['', undefined],
  ['optimizer', undefined],
  ['x'.repeat(1000), undefined],
])('%s most likely meant %s', (word, meant) => {
  expect(nearest(word, KNOWN)).toBe(meant);
});

test('among several the nearest one, and the first of those that are as near', () => {
  expect(nearest('minutess', ['minute', 'minutes'])).toBe('minutes');
  expect(nearest('cat', ['bat', 'hat'])).toBe('bat');
  expect(nearest('cat', [])).toBeUndefined();
});

test('two neighbours that have changed places are one mistake, wherever they stand, and two pairs are two', () => {
  expect(nearest('abcdef', ['badcef'])).toBe('badcef');
  expect(nearest('abcde', ['badce'])).toBeUndefined();
  expect(nearest('ab', ['ba'])).toBe('ba');
  expect(nearest('abc', ['cab'])).toBeUndefined();
});
