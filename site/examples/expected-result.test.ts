import { expect, test } from 'vitest';
import { expectedResult, meets } from './expected-result.ts';

test.each([
  ["'epochs'", 'epochs', true],
  ["'epochs'", 'steps', false],
  ['4_840_000', 4_840_000, true],
  ['1308: a save of 10 s and a failure a day', 1308.4, true],
  ['1308: a save of 10 s and a failure a day', 1309, false],
  ['0.25', 0.2501, true],
  ["['a', …]", ['a', 'b'], true],
  ["['a']", ['a', 'b'], false],
  ["{ step: 3, reason: 'steps' }", { step: 3, reason: 'steps' }, true],
  ['{ step: 3 }', { step: 3, reason: 'steps' }, false],
  ['{ step: 3, … }', { step: 3, reason: 'steps' }, true],
  ['WallclockError: a: expected b, got 1.', new Error('a: expected b, got 1.'), true],
  ['undefined', undefined, true],
])('%s is met by %o: %s', (comment, actual, expected) => {
  expect(meets(actual, expectedResult(comment)!)).toBe(expected);
});

test('words claim nothing', () => {
  expect(expectedResult('training stands still, and no active time passes')).toBeUndefined();
});
