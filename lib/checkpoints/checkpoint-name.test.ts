import { expect, test } from 'vitest';
import { checkpointName, checkpointStep, sortCheckpoints } from './checkpoint-name.ts';

test.each([0, 1, 40, 1_000_000, 999_999_999_999_999])(
  'the checkpoint of step %d is found by its name',
  (step) => {
    expect(checkpointStep(checkpointName(step))).toBe(step);
  },
);

test.each([
  '',
  'checkpoint',
  'checkpoint-',
  'checkpoint-04',
  'checkpoint--4',
  'checkpoint-4.5',
  'checkpoint-4 ',
  'checkpoint-4\n',
  'checkpoint-1e3',
  'checkpoint-99999999999999999',
  'Checkpoint-4',
  'my-checkpoint-4',
  'checkpoint-4.tmp',
])('%j is no name of ours', (name) => {
  expect(checkpointStep(name)).toBeUndefined();
});

test('they are sorted by step, and what is none of ours is left out', () => {
  const names = ['checkpoint-100', 'notes', 'checkpoint-20', 'checkpoint-3', 'checkpoint-3.draft'];
  expect(sortCheckpoints(names)).toEqual(['checkpoint-3', 'checkpoint-20', 'checkpoint-100']);
  expect(names[0]).toBe('checkpoint-100');
});
