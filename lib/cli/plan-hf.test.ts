import { expect, test } from 'vitest';
import { capturedIo } from '../testing/captured-io.ts';
import { main } from './main.ts';

/** What the command says about a run of that Trainer. */
async function planned(input: string, ...options: readonly string[]) {
  const { io, said } = capturedIo();
  async function* stdin() {
    yield new TextEncoder().encode(input);
  }
  const code = await main(['plan', '--hf', '-', ...options], { ...io, stdin: stdin() });
  return { code, ...said };
}

const RUN = {
  args: {
    ...{ num_train_epochs: 1, logging_strategy: 'no', eval_strategy: 'steps', eval_steps: 2, save_steps: 2 },
    ...{ load_best_model_at_end: true, metric_for_best_model: 'loss' },
  },
  batches_per_epoch: 4,
  losses: [1, 0.5],
  evals: [{ eval_loss: 0.5 }, { eval_loss: 0.9 }],
};

test('--json prints the plan alone', async () => {
  const { code, stdout, stderr } = await planned(JSON.stringify(RUN), '--json');
  expect([code, stderr]).toEqual([0, '']);
  const plan = JSON.parse(stdout);
  expect(Object.keys(plan)).toEqual([
    ...['error', 'computed', 'flow', 'log_history', 'checkpoints_final', 'final_state'],
    ...['loaded_best_model', 'early_stopping_counter'],
  ]);
  expect(plan).toMatchObject({
    checkpoints_final: ['checkpoint-2', 'checkpoint-4'],
    loaded_best_model: 'checkpoint-2',
  });
});

test('for people, a line for each thing that happens', async () => {
  expect((await planned(JSON.stringify(RUN))).stdout).toMatchInlineSnapshot(`
    "log:eval@2
    evaluate@2
    save@2
    log:eval@4
    evaluate@4
    save@4
    log:final@4
    load_best_model@4
    Ends at step 4, epoch 1.
    Best: 0.5, at step 2.
    Loads checkpoint-2.
    Leaves checkpoint-2, checkpoint-4.
    "
  `);
});

const WHY = "strategy 'time' requires either logging_minutes or logging_seconds\n";

test('an exception of that library is an answer, and exits 1', async () => {
  const wrong = JSON.stringify({ ...RUN, args: { logging_strategy: 'time' } });
  const json = await planned(wrong, '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toEqual({ error: { phase: 'TrainingArguments', type: 'ValueError' } });
  const text = await planned(wrong);
  expect(text.stdout).toBe('TrainingArguments raises ValueError.\n');
  // Why is said on the other output, in our words.
  expect([json.stderr, text.stderr]).toEqual([WHY, WHY]);
});

test('what describes no run is refused on the other output', async () => {
  for (const [input, message] of [
    ['{', 'standard input: expected JSON'],
    ['{"batches_per_epoch": 2, "arg": {}}', 'input: expected only the keys args, batches_per_epoch'],
    ['{"batches_per_epoch": -2}', 'input.batches_per_epoch: expected a whole number'],
    ['{"batches_per_epoch": 2, "losses": ["x"]}', 'input.losses[0]: expected a number'],
    [
      '{"batches_per_epoch": 2, "inject": [{"event": "step", "step": 1, "set": []}]}',
      'input.inject[0].event',
    ],
  ] as const) {
    const { code, stdout, stderr } = await planned(input, '--json');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  }
});
