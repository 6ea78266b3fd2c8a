import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const KNOWN = ['log', 'evaluate', 'save', 'maxTime', 'maxSteps', 'maxEpochs'];

test.each([
  ['evalute', 'evaluate'],
  ['Evaluate', 'evaluate'],
  ['evaluation', 'evaluate'],
  ['logs', 'log'],
  ['lgo', undefined],
  ['saev', undefined],
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
