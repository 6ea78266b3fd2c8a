import { expect, test } from 'vitest';
import { groupText, type Member } from './run-group-text.ts';

const LOADS = 'it loads about 200 kB of engine';
const NAMES = ['Steps, fast', 'Steps, slow', 'Time, fast', 'Time, slow'];
/** Four members from their phases, with the trouble that those named have. */
const told = (phases: string, troubles: { readonly [name: string]: string } = {}) => {
  const members = phases
    .split(' ')
    .map((phase, index) => ({ name: NAMES[index]!, phase, trouble: troubles[NAMES[index]!] ?? '' }));
  return groupText(members as Member[], LOADS);
};
const everybody = (trouble: string) => Object.fromEntries(NAMES.map((name) => [name, trouble]));
const FALLBACK = 'The webgl backend does not work here (no).';

test.each([
  [
    'recorded recorded recorded recorded',
    'Run',
    `Recorded. Run trains all 4 here, in your browser: ${LOADS}.`,
  ],
  ['loading ready loading loading', 'Loading…', 'Loading TensorFlow.js…'],
  ['running loading ready running', 'Pause', '4 models train here, side by side.'],
  ['paused paused done paused', 'Continue', 'Paused.'],
  ['done done done done', 'Run again', 'Ended.'],
])('%s', (phases, label, status) => {
  expect(told(phases)).toEqual({ label, status });
});

test('one that died is named, with the reason, while the others train and when they have ended', () => {
  const died = { 'Steps, slow': 'The worker failed: out of memory.' };
  const named = '“Steps, slow” stopped: The worker failed: out of memory.';
  expect(told('running failed running running', died)).toEqual({
    label: 'Pause',
    status: `3 models train here, side by side. ${named}`,
  });
  expect(told('done failed done done', died)).toEqual({
    label: 'Run again',
    status: `3 of 4 have ended. ${named} Run again trains all 4 anew.`,
  });
});

test('what all have in common is said once', () => {
  const dead = everybody('The worker could not be loaded.');
  expect(told('failed failed failed failed', dead)).toEqual({
    label: 'Run again',
    status: 'Training stopped. The worker could not be loaded. Run again trains all 4 anew.',
  });
  expect(told('running running running running', everybody(FALLBACK)).status).toBe(
    `4 models train here, side by side. ${FALLBACK}`,
  );
});

test('each trouble names those that have it', () => {
  const troubles = { 'Time, fast': 'A save failed.', 'Time, slow': 'A save failed.', 'Steps, fast': 'No.' };
  expect(told('failed done done done', troubles).status).toBe(
    '3 of 4 have ended. “Steps, fast” stopped: No. “Time, fast”, “Time, slow”: A save failed. ' +
      'Run again trains all 4 anew.',
  );
});
