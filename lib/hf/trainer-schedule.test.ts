import { expect, test } from 'vitest';
import { NEW_SCHEDULE, readTrainerSchedule, type TrainerSchedule } from './trainer-schedule.ts';

const SAVED: TrainerSchedule = {
  ...NEW_SCHEDULE,
  control: { ...NEW_SCHEDULE.control, should_log: true },
  ...{ bestMetric: 0.5, bestStep: 4, bestCheckpoint: 'checkpoint-4', patience: 2 },
};

test('a resumed Trainer knows its best model, and its callbacks only where that is asked for', () => {
  const stored: unknown = JSON.parse(JSON.stringify(SAVED));
  expect(readTrainerSchedule(stored, 'schedule', true)).toEqual(SAVED);
  expect(readTrainerSchedule(stored, 'schedule', false)).toEqual({
    ...{ ...SAVED, control: NEW_SCHEDULE.control },
    patience: 0,
  });
});

test('what is no schedule is refused with its place', () => {
  const messages = [
    null,
    {},
    { ...SAVED, more: 1 },
    { ...SAVED, patience: -1 },
    { ...SAVED, bestMetric: 'NaN' },
    { ...SAVED, bestCheckpoint: 4 },
    { ...SAVED, phase: 'later' },
    { ...SAVED, control: { ...SAVED.control, should_log: 1 } },
    { ...SAVED, doneAt: { log: 0, evaluate: 0, save: null } },
  ].map((saved) => {
    try {
      readTrainerSchedule(saved, 'schedule', false);
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "schedule: expected an object with the keys control, phase, inEpoch, inStep, fed, lastLogged, bestMetric, bestStep, bestCheckpoint, patience, doneAt, failures, retryAt, ended, got null.",
      "schedule.control: expected an object with the keys should_training_stop, should_epoch_stop, should_save, should_evaluate, should_log, got undefined.",
      "schedule: expected only the keys control, phase, inEpoch, inStep, fed, lastLogged, bestMetric, bestStep, bestCheckpoint, patience, doneAt, failures, retryAt, ended, got 'more'. Remove it.",
      "schedule.patience: expected a whole number of at least 0, got -1.",
      "schedule.bestMetric: expected a number, 'Infinity' or '-Infinity', got 'NaN'.",
      "schedule.bestCheckpoint: expected a checkpoint's name, got 4.",
      "schedule.phase: expected one of start, log, evaluate, save, idle, got 'later'.",
      "schedule.control.should_log: expected true or false, got 1.",
      "schedule.doneAt.save: expected milliseconds, 0 or more, got null.",
    ]
  `);
});
