import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../core/run-event.ts';
import { simulate } from '../testing/simulate.ts';
import { readTrainerState } from './trainer-state.ts';
import { TrainerStateWriter } from './trainer-state-writer.ts';

const { events: RUN } = await simulate({
  strategy: {
    ...{ log: '2 steps', evaluate: '4 steps', save: '8 steps', maxSteps: 16 },
    best: { metric: 'accuracy' },
  },
  stepsPerEpoch: 8,
});

/** What has been written of these events. */
function written(events: readonly RunEvent[], saved?: string): TrainerStateWriter {
  const writer = new TrainerStateWriter(saved);
  for (const event of events) writer.add(event);
  return writer;
}

/** So many logs of a diverged run, after its beginning. */
function diverged(logs: number): RunEvent[] {
  const [begin, log] = readTrainerState(
    '{"global_step": 1, "log_history": [{"loss": NaN, "grad_norm": Infinity, "step": 1}]}',
  );
  return [begin!, ...Array.from({ length: logs }, (_, index) => ({ ...log!, step: index + 1 }))];
}

test('our own run is written with their keys alone, and read back as it was', () => {
  const writer = written(RUN);
  const { state } = writer;
  expect(Object.keys(state)).toEqual(Object.keys(state).toSorted());
  expect(Object.keys(state)).toHaveLength(20);
  expect(state).toMatchObject({
    ...{ global_step: 16, epoch: 2, max_steps: 16, logging_steps: 2, eval_steps: 4, save_steps: 8 },
    ...{ best_global_step: 16, best_model_checkpoint: 'checkpoint-16' },
  });
  const told = (all: readonly RunEvent[]) =>
    all.flatMap((event) => ('metrics' in event ? [[event.type, event.step, event.metrics]] : []));
  expect(told(readTrainerState(String(writer)))).toEqual(told(RUN));
});

test('an interval in time is written as the default in steps: a resumed Trainer divides by it', async () => {
  const { events } = await simulate({ strategy: { log: '2s', save: '8s', maxTime: '20s' } });
  expect(written(events).state).toMatchObject({ logging_steps: 500, eval_steps: 500, save_steps: 500 });
});

test('the size of a batch, which no event tells, is written as the default: a resumed Trainer divides it', () => {
  expect(written(RUN).state.train_batch_size).toBe(8);
});

test('NaN is written as Python reads it', () => {
  const text = String(written(diverged(1)));
  expect(text).toContain('"loss": NaN');
  expect(text).toContain('"grad_norm": Infinity');
});

test('however long the run, the newest 10,000 entries are written', () => {
  const writer = written(diverged(10_500));
  const { log_history } = writer.state;
  expect([log_history.length, log_history[0]!.step, log_history.at(-1)!.step]).toEqual([10_000, 501, 10_500]);
  const logs = readTrainerState(String(writer)).filter(({ type }) => type === 'log');
  expect(logs).toHaveLength(10_000);
});

test('entries that are written once look as if all were written together', () => {
  const writer = written([...RUN, ...diverged(2)]);
  const together = JSON.stringify(writer.state, null, 2).replace(/"(NaN|Infinity)"/g, '$1');
  expect(String(writer)).toBe(`${together}\n`);
  expect(String(written([]))).toContain('"log_history": [],');
});

test('a metric may have any name', () => {
  const [begin, log] = diverged(1);
  const metrics = { '"log_history": []': 1, $1: 2, ['__proto__']: 3 };
  const text = String(written([begin!, { ...log!, metrics } as RunEvent]));
  expect(JSON.parse(text).log_history).toEqual([{ epoch: 0, ...metrics, step: 1 }]);
});

test('what a checkpoint holds is of its own step, and names it where it is the best', () => {
  const writer = written(RUN);
  const { step, epoch } = { step: 16, epoch: 2 };
  const text = writer.textFor({ checkpoint: 'checkpoint-16', step, epoch });
  expect(text).toBe(String(writer));
  const before = written(RUN.filter(({ type }) => type !== 'save'));
  expect(before.state).toMatchObject({ best_global_step: 16, best_model_checkpoint: null });
  expect(before.textFor({ checkpoint: 'checkpoint-16', step, epoch })).toBe(text);
  const other = JSON.parse(writer.textFor({ checkpoint: 'checkpoint-17', step: 17, epoch: 2.125 }));
  expect(other).toMatchObject({ global_step: 17, epoch: 2.125, best_model_checkpoint: 'checkpoint-16' });
});

test('a save that is told late does not take the run back', () => {
  const late = RUN.find(({ type }) => type === 'save')!;
  expect(written([...RUN, late]).state).toMatchObject({ global_step: 16, epoch: 2 });
});

describe('a resumed run', () => {
  test.each(RUN.map(({ type, step }, index) => [type, step, index] as const))(
    'goes on from what was written up to its event %s at step %d',
    (_, __, index) => {
      const saved = String(written(RUN.slice(0, index + 1)));
      const resumed = written([RUN[0]!], saved);
      for (const event of RUN.slice(index + 1)) resumed.add(event);
      expect(String(resumed)).toBe(String(written(RUN)));
    },
  );

  test('of a diverged run as well', () => {
    const text = String(written(diverged(3)));
    expect(String(written(diverged(0), text))).toBe(text);
  });

  test('whose checkpoint has kept no history begins one', () => {
    const resumed = new TrainerStateWriter('{}', 'checkpoint-8/trainer_state.json', 8);
    for (const event of RUN) resumed.add(event);
    expect(String(resumed)).toBe(String(written(RUN)));
  });

  test('refuses what this does not write', () => {
    const state = written(RUN).state;
    const refusal = (change: object | string) => {
      const text = typeof change === 'string' ? change : JSON.stringify({ ...state, ...change });
      try {
        new TrainerStateWriter(text, 'checkpoint-16/trainer_state.json');
        return 'accepted';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(
      [
        '[]',
        '{"log_history": {}}',
        { log_history: {} },
        { log_history: [5] },
        { log_history: [{ step: 1.5 }] },
        { log_history: [{ step: 1, note: 'good' }] },
        { log_history: [{ step: 1, nested: {} }] },
        { global_step: null },
        { epoch: 'one' },
        { best_global_step: -1 },
        { best_metric: null },
        { best_model_checkpoint: 5 },
        { foo: 7 },
        '{"__proto__": 5, "global_step": 16, "log_history": []}',
      ].map(refusal),
    ).toMatchInlineSnapshot(`
      [
        "checkpoint-16/trainer_state.json: expected an object, got [].",
        "checkpoint-16/trainer_state.json: log_history: expected a list, got {}.",
        "checkpoint-16/trainer_state.json: log_history: expected a list, got {}.",
        "checkpoint-16/trainer_state.json: log_history[0]: expected an object, got 5.",
        "checkpoint-16/trainer_state.json: log_history[0].step: expected a whole number of steps, got 1.5.",
        "checkpoint-16/trainer_state.json: log_history[0].note: expected a number, 'NaN', 'Infinity' or '-Infinity', got 'good'.",
        "checkpoint-16/trainer_state.json: log_history[0].nested: expected a number, 'NaN', 'Infinity' or '-Infinity', got {}.",
        "checkpoint-16/trainer_state.json: global_step: expected a whole number of steps, got null.",
        "checkpoint-16/trainer_state.json: epoch: expected a number, got 'one'.",
        "checkpoint-16/trainer_state.json: best_global_step: expected a whole number of steps, got -1.",
        "checkpoint-16/trainer_state.json: best_metric: expected a number, 'NaN', 'Infinity' or '-Infinity', got null.",
        "checkpoint-16/trainer_state.json: best_model_checkpoint: expected a name, got 5.",
        "checkpoint-16/trainer_state.json: expected only the keys best_global_step, best_metric, best_model_checkpoint, epoch, eval_steps, global_step, is_hyper_param_search, is_local_process_zero, is_world_process_zero, log_history, logging_steps, max_steps, num_input_tokens_seen, num_train_epochs, save_steps, stateful_callbacks, total_flos, train_batch_size, trial_name, trial_params, got 'foo'.",
        "checkpoint-16/trainer_state.json: expected only the keys best_global_step, best_metric, best_model_checkpoint, epoch, eval_steps, global_step, is_hyper_param_search, is_local_process_zero, is_world_process_zero, log_history, logging_steps, max_steps, num_input_tokens_seen, num_train_epochs, save_steps, stateful_callbacks, total_flos, train_batch_size, trial_name, trial_params, got '__proto__'.",
      ]
    `);
  });
});
