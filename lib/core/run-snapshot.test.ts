import { expect, test } from 'vitest';
import { simulate } from '../testing/simulate.ts';
import { resumedFrom } from './run-snapshot.ts';

test('a resumed run tells how far the file of its events had come, where there is one', async () => {
  const { snapshots } = await simulate({ strategy: { save: '1s', maxTime: '2s' } });
  const snapshot = snapshots['checkpoint-1']!;
  const save = { type: 'save', due: 1, late: 0, missed: 0, why: ['1s'] };
  expect(resumedFrom('checkpoint-1', snapshot)).toEqual({
    checkpoint: 'checkpoint-1',
    save,
    state: snapshot.state,
  });
  const journal = { bytes: 3, sha256: 'a'.repeat(64) };
  expect(resumedFrom('checkpoint-1', { ...snapshot, journal })).toMatchObject({ journal });
});
