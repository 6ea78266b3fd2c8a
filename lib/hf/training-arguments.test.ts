import { expect, test } from 'vitest';
import { TrainerError } from './trainer-error.ts';
import { parseTrainingArguments } from './training-arguments.ts';

/** The class of the exception that Python would raise, and what it says; or ours. */
const refusalOf = (args: unknown): string => {
  try {
    parseTrainingArguments(args);
    return 'accepted';
  } catch (error) {
    return error instanceof TrainerError ? `${error.type}: ${error.message}` : (error as Error).message;
  }
};

test('what is left out has the defaults of that library', () => {
  expect(parseTrainingArguments({})).toMatchObject({
    ...{ num_train_epochs: 3, max_steps: -1, logging_strategy: 'steps', logging_steps: 500 },
    ...{ eval_strategy: 'no', save_strategy: 'steps', save_steps: 500, save_total_limit: null },
    ...{ metric_for_best_model: null, load_best_model_at_end: false },
  });
});

test.each<[args: object, metric: string | null, greater: boolean]>([
  [{ load_best_model_at_end: true, eval_strategy: 'epoch', save_strategy: 'epoch' }, 'loss', false],
  [{ metric_for_best_model: 'eval_loss' }, 'eval_loss', false],
  [{ metric_for_best_model: 'accuracy' }, 'accuracy', true],
  [{ metric_for_best_model: 'accuracy', greater_is_better: false }, 'accuracy', false],
  [{ lr_scheduler_type: 'reduce_lr_on_plateau', eval_strategy: 'epoch' }, 'loss', false],
  [{ lr_scheduler_type: 'greedy', eval_strategy: 'epoch', metric_for_best_model: 'f1' }, 'f1', true],
  [{ lr_scheduler_type: 'cosine', eval_strategy: 'epoch' }, null, false],
])('%j: the metric, and whether more is better', (args, metric, greater) => {
  expect(parseTrainingArguments(args)).toMatchObject({
    metric_for_best_model: metric,
    greater_is_better: greater,
  });
});

test.each<[args: object, seconds: object]>([
  [{ logging_strategy: 'time', logging_seconds: 30 }, { logging_seconds: 30 }],
  [{ eval_strategy: 'time', eval_minutes: 15 }, { eval_seconds: 900 }],
  [{ save_strategy: 'time', save_minutes: 0.5 }, { save_seconds: 30 }],
  [{ save_strategy: 'steps', save_minutes: 5 }, { save_seconds: 0 }],
])('%j: minutes and seconds', (args, seconds) => {
  expect(parseTrainingArguments(args)).toMatchObject(seconds);
});

const TIMED = { load_best_model_at_end: true, eval_strategy: 'time', save_strategy: 'time' } as const;

test('what that library refuses is refused with its exception', () => {
  const refused = [
    { logging_strategy: 'time' },
    { eval_strategy: 'time', eval_minutes: 1, eval_seconds: 60 },
    { save_strategy: 'time', save_minutes: 0 },
    { eval_strategy: 'best' },
    { logging_strategy: 'steps', logging_steps: 0 },
    { eval_strategy: 'steps', logging_strategy: 'no', logging_steps: 0 },
    { eval_strategy: 'steps', eval_steps: 2.5 },
    { load_best_model_at_end: true, eval_strategy: 'steps', save_strategy: 'epoch' },
    { load_best_model_at_end: true, eval_strategy: 'steps', eval_steps: 3, save_steps: 4 },
    { load_best_model_at_end: true, eval_strategy: 'steps', eval_steps: 0.3, save_steps: 2 },
    { save_stratgy: 'steps' },
    { eval_strategy: null },
    { lr_scheduler_type: 'reduce_on_plateau' },
    { save_steps: '5' },
    { learning_rate: 5e-5, output_dir: 'out' },
    { adam_beta1: 0.9, deepspeed: null, fsdp: '', group_by_length: true, eval_accumulation_steps: 2 },
    { lr_scheduler_type: 'reduce_lr_on_plateau' },
    { lr_scheduler_type: 'greedy', eval_strategy: 'no' },
    { ...TIMED, eval_seconds: 30, save_minutes: 1 },
    { ...TIMED, eval_seconds: 60, save_minutes: 1 },
    { ...TIMED, eval_seconds: 30, save_minutes: 1, load_best_model_at_end: false },
  ];
  expect(refused.map(refusalOf)).toMatchInlineSnapshot(`
    [
      "ValueError: strategy 'time' requires either logging_minutes or logging_seconds",
      "ValueError: strategy 'time' requires either eval_minutes or eval_seconds",
      "ValueError: save_minutes must be above 0",
      "ValueError: eval_strategy: expected one of no, steps, epoch, time, got 'best'.",
      "ValueError: logging strategy 'steps' requires logging_steps other than 0",
      "ValueError: eval strategy 'steps' requires eval_steps or logging_steps above 0",
      "ValueError: eval_steps must be whole above 1, and is 2.5",
      "ValueError: load_best_model_at_end requires one strategy to evaluate and to save, and finds 'steps' and 'epoch'",
      "ValueError: save_steps 4 is not a multiple of eval_steps 3",
      "ValueError: save_steps 2 is not a multiple of eval_steps 0.3",
      "TypeError: args: expected only known keys, got 'save_stratgy'. Did you mean 'save_strategy'?",
      "ValueError: eval_strategy: expected one of no, steps, epoch, time, got null.",
      "ValueError: lr_scheduler_type: expected one of reduce_lr_on_plateau, greedy, linear, cosine, cosine_with_restarts, polynomial, constant, constant_with_warmup, inverse_sqrt, cosine_with_min_lr, cosine_warmup_with_min_lr, warmup_stable_decay, got 'reduce_on_plateau'.",
      "args.save_steps: expected a number, got '5'.",
      "accepted",
      "accepted",
      "ValueError: lr_scheduler_type 'reduce_lr_on_plateau' requires an eval_strategy",
      "ValueError: lr_scheduler_type 'greedy' requires an eval_strategy",
      "ValueError: load_best_model_at_end under 'time' requires equal intervals, and finds 30 seconds to evaluate and 60 to save: the best would hardly ever be saved. Make them equal, or take save_strategy 'best'",
      "accepted",
      "accepted",
    ]
  `);
});
