import { expect, test } from 'vitest';
import { surplus } from './retention.ts';

test.each([
  [[], 2, []],
  [['a'], 2, []],
  [['a', 'b'], 2, []],
  [['a', 'b', 'c'], 2, ['a']],
  [['a', 'b', 'c', 'd'], 1, ['a', 'b', 'c']],
  [['a', 'b', 'c'], undefined, []],
])('of %j the newest %s are kept: %j go', (names, latest, gone) => {
  expect(surplus(names, latest === undefined ? {} : { latest })).toEqual(gone);
});
