import { expect, test } from 'vitest';
import { runAttributes } from './run-attributes.ts';

test('options become attributes, and what is not given is not there', () => {
  const given = { demo: 'spirals', log: '1s', maxTime: '30s', minimumStepTime: 0, save: undefined } as const;
  expect(runAttributes(given)).toEqual({
    demo: 'spirals',
    log: '1s',
    'max-time': '30s',
    'minimum-step-time': '0',
  });
});

test('an interval with particulars has no attribute', () => {
  expect(() => runAttributes({ demo: 'spirals', log: { every: '1s', anchor: 'grid' } }, 'here')).toThrow(
    'here: log: expected an interval as text, got {"every":"1s","anchor":"grid"}.',
  );
});
