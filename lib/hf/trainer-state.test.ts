import { expect, test } from 'vitest';
import { fold, IDLE_RUN } from '../core/run-state.ts';
import { readTrainerState } from './trainer-state.ts';

/** As Python's json module writes it. */
const FILE = `{
  "best_metric": 0.4, "epoch": 1.0, "global_step": 4, "max_steps": 4, "logging_steps": 2, "eval_steps": 2, "save_steps": 500,
  "log_history": [
    {"loss": 0.9, "grad_norm": 1.5, "learning_rate": 5e-05, "epoch": 0.5, "step": 2},
    {"eval_loss": 0.5, "eval_accuracy": 0.8, "eval_runtime": 1.2, "eval_steps_per_second": 3.0, "epoch": 0.5, "step": 2},
    {"loss": NaN, "grad_norm": Infinity, "learning_rate": 0.0, "note": "NaN is \\"NaN\\"", "epoch": 1.0, "step": 4},
    {"eval_loss": 0.4, "epoch": 1.0, "step": 4},
    {"train_runtime": 20.0, "total_flos": 12.0, "train_loss": 0.7, "epoch": 1.0, "step": 4}
  ]
}`;

test('a real history becomes run events that every view can fold', () => {
  const events = readTrainerState(FILE);
  expect(events.map(({ type, step, elapsed }) => `${type} ${step} at ${elapsed}`)).toEqual([
    'begin 0 at 0',
    'log 2 at 10',
    'evaluate 2 at 10',
    'log 4 at 20',
    'evaluate 4 at 20',
    'end 4 at 20',
  ]);
  expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
  const state = events.reduce(fold, IDLE_RUN);
  expect(state).toMatchObject({
    status: 'ended',
    step: 4,
    epoch: 1,
    policy: { intervals: { log: '2 steps' } },
  });
  expect(state.series['evaluate.loss']?.points.map(({ value }) => value)).toEqual([0.5, 0.4]);
  expect(state.evaluate.last).toMatchObject({ metrics: { loss: 0.4 } });
  expect(state.policy).toEqual({
    intervals: { log: '2 steps', evaluate: '2 steps', save: '500 steps' },
    maxSteps: 4,
  });
  const never = JSON.stringify({ ...JSON.parse(FILE.replace(/NaN|Infinity/g, '1')), log_history: [] });
  expect(readTrainerState(never)[0]).toMatchObject({
    policy: { intervals: { log: '2 steps', save: '500 steps' } },
  });
  expect(readTrainerState(never)[0]).not.toHaveProperty('policy.intervals.evaluate');
  expect(events[2]).toMatchObject({ metrics: { loss: 0.5, accuracy: 0.8 } });
  expect(events[3]).toMatchObject({ metrics: { loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY } });
});

test('without its times, a step is taken to have lasted a second, or what is said', () => {
  const text = '{"global_step": 9, "log_history": [{"loss": 1, "step": 3}]}';
  expect(readTrainerState(text).at(-1)).toMatchObject({ type: 'log', step: 3, elapsed: 3 });
  expect(readTrainerState(text, { secondsPerStep: 0.5 }).at(-1)).toMatchObject({ elapsed: 1.5 });
  for (const secondsPerStep of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never]) {
    expect(() => readTrainerState(text, { secondsPerStep })).toThrow(
      'readTrainerState().secondsPerStep: expected seconds, more than 0',
    );
  }
  const damaged = text.replace('"loss": 1', '"train_runtime": -5, "loss": 1');
  expect(readTrainerState(damaged).at(-1)).toMatchObject({ type: 'log', step: 3, elapsed: 3 });
});

test('a run that counts its tokens is as it was: no log for an evaluation, no end before its end', () => {
  const text = `{"global_step": 2, "max_steps": 4, "log_history": [
    {"loss": 1, "num_input_tokens_seen": 8, "train_runtime": 3, "train_tokens_per_second": 2, "step": 2},
    {"eval_loss": 2, "num_input_tokens_seen": 8, "step": 2}]}`;
  const told = readTrainerState(text);
  expect(told.map(({ type, step, elapsed }) => `${type} ${step} at ${elapsed}`)).toEqual([
    ...['begin 0 at 0', 'log 2 at 3', 'evaluate 2 at 3'],
  ]);
  expect(told[1]).toMatchObject({ metrics: { loss: 1, num_input_tokens_seen: 8 } });
});

test('what is no such file is refused with its place', () => {
  const messageOf = (text: string) => {
    try {
      readTrainerState(text);
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(messageOf('{"global_step": 3')).toMatch(/^trainer_state\.json: expected JSON/);
  expect(
    [
      '[]',
      '{}',
      '{"global_step": -1, "log_history": []}',
      '{"global_step": 1, "log_history": {}}',
      '{"global_step": 1, "log_history": [3]}',
      '{"global_step": 1, "log_history": [{"loss": 1}]}',
      '{"global_step": 1, "log_history": [{"loss": 1, "step": 1e400}]}',
      '{"global_step": 9, "log_history": [{"loss": 1, "step": 6}, {"loss": 1, "step": 5}]}',
      '{"global_step": 9, "log_history": [{"loss": 1, "step": 10}]}',
    ].map(messageOf),
  ).toMatchInlineSnapshot(`
    [
      "trainer_state.json: expected an object, got [].",
      "trainer_state.json: global_step: expected a whole number of steps, got undefined.",
      "trainer_state.json: global_step: expected a whole number of steps, got -1.",
      "trainer_state.json: log_history: expected a list, got {}.",
      "trainer_state.json: log_history[0]: expected an object, got 3.",
      "trainer_state.json: log_history[0].step: expected a whole number of steps, got undefined.",
      "trainer_state.json: log_history[0].step: expected a whole number of steps, got Infinity.",
      "trainer_state.json: log_history[1].step: expected a step from 6, that of the entry before, to 9, the global_step, got 5.",
      "trainer_state.json: log_history[0].step: expected a step from 0, that of the entry before, to 9, the global_step, got 10.",
    ]
  `);
});

test('a text of a million escapes is read in one pass, also where it does not end', () => {
  const escapes = '\\\\\\"NaN'.repeat(1_000_000);
  const text = `{"note": "${escapes}", "global_step": 1, "log_history": [{"loss": NaN, "step": 1}]}`;
  expect(readTrainerState(text).at(-1)).toMatchObject({ type: 'log', metrics: { loss: Number.NaN } });
  expect(() => readTrainerState(`{"note": "${escapes}`)).toThrow('expected JSON, as that library writes it');
});
