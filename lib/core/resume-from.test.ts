import { expect, test } from 'vitest';
import { simulate } from '../testing/simulate.ts';
import { resumeFrom } from './resume-from.ts';
import type { RunSnapshot } from './run-snapshot.ts';

test('a resumed run tells how far the file of its events had come, where there is one', async () => {
  const { snapshots } = await simulate({ strategy: { save: '1s', maxTime: '2s' } });
  const snapshot = snapshots['checkpoint-1']!;
  const save = { type: 'save', due: 1, late: 0, missed: 0, why: ['1s'] };
  const checkpoint = 'checkpoint-1';
  expect(resumeFrom({ checkpoint, snapshot }).told()).toEqual({
    checkpoint,
    save,
    state: snapshot.state,
  });
  const journal = { bytes: 3, sha256: 'a'.repeat(64) };
  expect(resumeFrom({ checkpoint, snapshot: { ...snapshot, journal } }).told()).toMatchObject({ journal });
});

test('what is to be gone on from is checked as a file would be', async () => {
  const { snapshots } = await simulate({ strategy: { save: '5s', maxTime: '12s' } });
  const checkpoint = 'checkpoint-5';
  const snapshot = snapshots[checkpoint]!;
  const from = (options: unknown) => () =>
    resumeFrom(options as { checkpoint: string; snapshot: RunSnapshot });
  expect(from({ checkpoint, snapshot })).not.toThrow();
  expect(from({})).toThrow('resumeFrom().checkpoint: expected a text, got undefined');
  expect(from(null)).toThrow('resumeFrom(): expected an object, got null');
  expect(from({ checkpoint, snapshot: null })).toThrow('.snapshot: expected an object, got null');
  expect(from({ checkpoint, snapshot: { ...snapshot, step: '4' } })).toThrow(
    "resumeFrom().snapshot.step: expected a whole number, 0 or more, got '4'",
  );
  const times = { ...snapshot.times, active: -5 };
  expect(from({ checkpoint, snapshot: { ...snapshot, times } })).toThrow(
    '.snapshot.times.active: expected a time, 0 or more, got -5',
  );
  const { stepEnded: _, ...older } = snapshot;
  expect(from({ checkpoint, snapshot: older })).toThrow('.snapshot.stepEnded: expected an object');
  expect(from({ checkpoint, snapshot: { ...snapshot, state: {} } })).toThrow('.snapshot.state.');
  expect(from({ checkpoint, snapshot, messages: 'passed over' })).toThrow('.messages: expected a list');
});
