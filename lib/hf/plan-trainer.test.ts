import { expect, test } from 'vitest';
import { planTrainer } from './plan-trainer.ts';
import type { TrainerInput } from './trainer-input.ts';

async function flowOf(input: TrainerInput) {
  const plan = await planTrainer({ losses: [1], ...input });
  return plan.error ? plan.error : plan.flow;
}

const QUIET = { logging_strategy: 'no', save_strategy: 'no' } as const;

test('strategy time: an interval begins again when its action has been done', async () => {
  const args = { ...QUIET, save_strategy: 'time', save_minutes: 1, num_train_epochs: 1 } as const;
  const flow = await flowOf({ args, batches_per_epoch: 128, step_seconds: 7 });
  expect(flow).toEqual([
    ...Array.from({ length: 14 }, (_, index) => `save@${9 * (index + 1)}`),
    ...['save@128', 'log:final@128'],
  ]);
  // A save of 10 seconds: the next minute is counted from its end, and its time is active time.
  const slow = await flowOf({ args, batches_per_epoch: 30, step_seconds: 7, save_seconds: 10 });
  expect(slow).toEqual(['save@9', 'save@18', 'save@27', 'save@30', 'log:final@30']);
  const others = { ...args, eval_strategy: 'time', eval_seconds: 30 } as const;
  const both = await flowOf({ args: others, batches_per_epoch: 12, step_seconds: 7, eval_seconds: 20 });
  expect(both).toEqual([
    ...['log:eval@5', 'evaluate@5', 'save@6', 'log:eval@10', 'evaluate@10'],
    ...['log:eval@12', 'evaluate@12', 'save@12', 'log:final@12'],
  ]);
});

test('strategy time: the interval goes on in a resumed run', async () => {
  const args = { ...QUIET, save_strategy: 'time', save_seconds: 5, num_train_epochs: 1 } as const;
  const first: TrainerInput = { args, losses: [1], batches_per_epoch: 12, step_seconds: 1 };
  const inject = [{ event: 'step_end', step: 7, set: ['should_training_stop', 'should_save'] }] as const;
  expect(await flowOf({ ...first, inject })).toEqual(['save@5', 'save@7', 'log:final@7']);
  const resumed = { ...first, first_run: { ...first, inject }, resume_from: true };
  expect(await flowOf(resumed)).toEqual(['save@12', 'log:final@12']);
});

test('strategy time: eval_delay is in seconds', async () => {
  const args = {
    ...QUIET,
    eval_strategy: 'time',
    eval_seconds: 2,
    eval_delay: 7,
    num_train_epochs: 1,
  } as const;
  expect(await flowOf({ args, batches_per_epoch: 9, step_seconds: 1 })).toEqual([
    ...['log:eval@7', 'evaluate@7', 'log:eval@9', 'evaluate@9', 'log:final@9'],
  ]);
});

test('strategy time: the best model is saved, for a save comes with each evaluation', async () => {
  const args = {
    ...{ ...QUIET, eval_strategy: 'time', eval_seconds: 60, save_strategy: 'time', save_seconds: 60 },
    ...{ load_best_model_at_end: true, num_train_epochs: 1 },
  } as TrainerInput['args'];
  const evals = [3, 1, 2, 4].map((eval_loss) => ({ eval_loss }));
  const input = { args, evals, batches_per_epoch: 30, step_seconds: 7, eval_seconds: 1, save_seconds: 10 };
  const measured = (step: number) => [`log:eval@${step}`, `evaluate@${step}`, `save@${step}`];
  expect(await flowOf(input)).toEqual([
    ...[9, 17, 25, 30].flatMap(measured),
    ...['log:final@30', 'load_best_model@30'],
  ]);
  // Until evaluations begin, saves have their own interval.
  const delayed = { ...input, args: { ...args, eval_delay: 100 } };
  expect(await flowOf(delayed)).toEqual([
    ...['save@9', ...[13, 21, 29, 30].flatMap(measured)],
    ...['log:final@30', 'load_best_model@30'],
  ]);
});

/** Beyond the recorded traces: what the real Trainer, of transformers 5.17.0, was seen to do. */
const SEEN: readonly [name: string, input: TrainerInput, flow: readonly string[] | object][] = [
  [
    'max_steps 0 trains one step, for its flags are looked at after it',
    { args: { ...QUIET, save_strategy: 'steps', max_steps: 0 }, batches_per_epoch: 3 },
    ['save@1', 'log:final@1'],
  ],
  [
    'a part of no steps is a division by zero',
    { args: { ...QUIET, eval_strategy: 'steps', eval_steps: 0.5, max_steps: 0 }, batches_per_epoch: 3 },
    { phase: 'train', type: 'ZeroDivisionError' },
  ],
  [
    'a step of no batches is a division by zero',
    { args: { ...QUIET, gradient_accumulation_steps: 0, eval_on_start: true }, batches_per_epoch: 3 },
    { phase: 'train', type: 'ZeroDivisionError' },
  ],
  [
    'what is no argument of it is an error of a type, and not of a value',
    { args: { ...QUIET, evaluation_strategy: 'steps' } as TrainerInput['args'], batches_per_epoch: 3 },
    { phase: 'TrainingArguments', type: 'TypeError' },
  ],
  [
    'a stop that is set as a step begins comes before its second batch',
    {
      args: { ...QUIET, num_train_epochs: 1, gradient_accumulation_steps: 2 },
      batches_per_epoch: 6,
      inject: [{ event: 'step_begin', step: 1, set: ['should_training_stop'] }],
    },
    ['log:final@1'],
  ],
  [
    'the end of an epoch clears its stop before the next begins',
    {
      args: { ...QUIET, eval_strategy: 'epoch', num_train_epochs: 2, gradient_accumulation_steps: 2 },
      batches_per_epoch: 3,
      evals: [{ eval_loss: 1 }, { eval_loss: 1 }],
      inject: [{ event: 'evaluate', step: 2, set: ['should_epoch_stop'] }],
    },
    ['log:eval@2', 'evaluate@2', 'log:eval@4', 'evaluate@4', 'log:final@4'],
  ],
  [
    'a missing checkpoint is noticed before early stopping looks at its arguments',
    { args: QUIET, batches_per_epoch: 2, early_stopping: { patience: 1, threshold: 0 }, resume_from: true },
    { phase: 'train', type: 'ValueError' },
  ],
  [
    'an evaluation without data is refused before its metric is looked for',
    {
      args: { ...QUIET, metric_for_best_model: 'loss' },
      ...{ batches_per_epoch: 3, eval_dataset: 'none' },
      inject: [{ event: 'step_end', step: 2, set: ['should_evaluate'] }],
    },
    { phase: 'train', type: 'ValueError' },
  ],
  [
    'a learning rate that follows a metric looks for the loss',
    {
      args: {
        ...QUIET,
        eval_strategy: 'epoch',
        lr_scheduler_type: 'reduce_lr_on_plateau',
        num_train_epochs: 1,
      },
      ...{ batches_per_epoch: 3, evals: [{ eval_accuracy: 1 }] },
    },
    { phase: 'train', type: 'KeyError' },
  ],
  [
    'early stopping that the checkpoint knows nothing of fails at the first save',
    {
      args: { save_strategy: 'steps', save_steps: 2, eval_strategy: 'steps', metric_for_best_model: 'loss' },
      ...{ batches_per_epoch: 2, early_stopping: { patience: 1, threshold: 0 }, resume_from: true },
      first_run: {
        ...{ args: { ...QUIET, save_strategy: 'steps', max_steps: 2 }, batches_per_epoch: 2 },
      },
    },
    { phase: 'train', type: 'KeyError' },
  ],
];

test.each(SEEN)('%s', async (_, input, flow) => {
  expect(await flowOf(input)).toEqual(flow);
});

test('what is resumed in mid-epoch ends the epoch with its last batches', async () => {
  const args = { ...QUIET, save_strategy: 'steps', save_steps: 1, gradient_accumulation_steps: 2 } as const;
  const run: TrainerInput = { args: { ...args, num_train_epochs: 1 }, batches_per_epoch: 5, losses: [1] };
  const inject = [{ event: 'step_end', step: 1, set: ['should_training_stop'] }] as const;
  const resumed = { ...run, first_run: { ...run, inject }, resume_from: true };
  expect(await flowOf(resumed)).toEqual(['save@2', 'save@3', 'log:final@3']);
});

test('one run comes before another, and none before that', async () => {
  const run: TrainerInput = { args: QUIET, batches_per_epoch: 1 };
  const nested = { ...run, first_run: { ...run, first_run: run } };
  await expect(planTrainer(nested)).rejects.toThrow('input.first_run: expected a run without a first_run');
});

test('a run without an end is refused', async () => {
  const args = { ...QUIET, max_steps: 1, gradient_accumulation_steps: 4 } as const;
  await expect(flowOf({ args, batches_per_epoch: 3, unsized: true })).rejects.toThrow(
    'input: expected a run that ends within 1000000 micro-batches',
  );
});

/** Seen in transformers 5.17.0; huggingface/transformers#48319 says why. */
test('a best checkpoint that was deleted before a run is resumed is forgotten, and the best metric is not', async () => {
  const args = {
    ...{ logging_strategy: 'no', eval_strategy: 'steps', eval_steps: 1, save_steps: 1, num_train_epochs: 1 },
    ...{ load_best_model_at_end: true, save_total_limit: 2 },
  } as TrainerInput['args'];
  const run: TrainerInput = { args, losses: [1], batches_per_epoch: 4 };
  const evals = [0.5, 0.9, 0.4, 0.6].map((eval_loss) => ({ eval_loss }));
  const inject = [{ event: 'step_end', step: 3, set: ['should_training_stop'] }] as const;
  const first_run = { ...run, evals, inject };
  const resume_from = 'checkpoint-2';
  // The best of checkpoint-2 was checkpoint-1, which went when checkpoint-3 became the best.
  const worse = evals.map(() => ({ eval_loss: 0.8 }));
  expect(await planTrainer({ ...run, evals: worse, first_run, resume_from })).toMatchObject({
    final_state: { best_metric: 0.5, best_global_step: 1, best_model_checkpoint: null },
    loaded_best_model: null,
  });
});

test.each([
  [0.25, 2],
  [0.24, 3],
])('early stopping: a gain of 0.25 against a threshold of %d ends at step %d', async (threshold, ends) => {
  const args = { ...QUIET, eval_strategy: 'steps', eval_steps: 1, num_train_epochs: 1 } as const;
  const input: TrainerInput = {
    args: { ...args, metric_for_best_model: 'loss' },
    evals: [{ eval_loss: 1 }, { eval_loss: 0.75 }, { eval_loss: 0.75 }],
    ...{ losses: [1], batches_per_epoch: 4 },
  };
  const plan = await planTrainer({ ...input, early_stopping: { patience: 1, threshold } });
  expect(plan).toMatchObject({ final_state: { global_step: ends }, early_stopping_counter: 1 });
});

test('early stopping hears of a metric once, also where the name of one data set begins with that of another', async () => {
  const metric_for_best_model = 'test_hard_loss';
  const args = {
    ...QUIET,
    eval_strategy: 'steps',
    eval_steps: 1,
    num_train_epochs: 1,
    metric_for_best_model,
  } as const;
  const evals = [0.5, 0.9, 0.4, 0.6].flatMap((loss) => [
    { eval_test_loss: 1 },
    { eval_test_hard_loss: loss },
  ]);
  const input: TrainerInput = { args, evals, losses: [1], batches_per_epoch: 4, eval_dataset: 'dict' };
  const plan = await planTrainer({ ...input, early_stopping: { patience: 2, threshold: 0 } });
  expect(plan).toMatchObject({ final_state: { global_step: 4 }, early_stopping_counter: 1 });
});
