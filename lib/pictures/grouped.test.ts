import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grouped } from './grouped.ts';

test('a whole number is told as it is in English', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(grouped(value)).toBe(value.toLocaleString('en'));
    }),
  );
});

test('a part of one is kept, and no group is made of it', () => {
  expect(grouped(1234.5678)).toBe('1,234.5678');
  expect(grouped(999.99)).toBe('999.99');
});

test('what has no thousands stays as it is', () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY, 1e21, -0.5].map(grouped)).toEqual([
    'NaN',
    'Infinity',
    '1e+21',
    '-0.5',
  ]);
});
