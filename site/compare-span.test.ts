import { expect, test } from 'vitest';
import type { Comparison } from 'wallclock/demos';
import { compareSpan } from './compare-span.ts';

const strategies = (
  ...limits: readonly Comparison['strategies'][number]['strategy']['maxTime'][]
): Comparison => ({
  machines: [],
  strategies: limits.map((maxTime, index) => ({
    id: `${index}`,
    title: '',
    strategy: maxTime ? { maxTime } : {},
  })),
});

test('the longest limit is the span of all', () => {
  expect(compareSpan(strategies('12s', '1m'))).toBe(60);
});

test('where a run has no limit, there is no span that holds all', () => {
  expect(compareSpan(strategies('12s', undefined))).toBeUndefined();
});
